//! Hot calls: addresses and lengths in, a status out, no JNI function in between.
//!
//! Their common argument is the address of the calling thread's exchange, a direct buffer that begins with a header:
//! 8 bytes its own address, 4 its size, 4 the length of the last error message. `Exchange.java` is the counterpart.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{ptr, slice};

use jni::sys::{jint, jlong};

use crate::error::{Error, Result};

/// What a call answers that found nothing.
pub(super) const ABSENT: jlong = -1;

const HEADER: usize = 16;
const SIZE_AT: usize = 8;
const MESSAGE_LENGTH_AT: usize = 12;

/// Runs the body of a hot method. An error comes back as -1 - code, its message in the exchange.
///
/// # Safety
///
/// `exchange` is the address of the calling thread's exchange, and nothing that the body borrows from it is used after
/// the body.
pub(super) unsafe fn call(exchange: jlong, body: impl FnOnce() -> Result<jlong>) -> jlong {
    let error = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(status)) => return status,
        Ok(Err(error)) => error,
        Err(payload) => Error::from_panic(&*payload),
    };
    // SAFETY: by this function's contract.
    unsafe { leave_message(exchange as *mut u8, &error.message) };
    ABSENT - error.code as jlong
}

/// Writes `message`, or as much of it as fits, behind the exchange's header.
///
/// # Safety
///
/// As for `call`.
unsafe fn leave_message(exchange: *mut u8, message: &str) {
    // SAFETY: the header is 16 bytes long, and Java has written the size of the whole, at least that, into it.
    let room = unsafe { exchange.add(SIZE_AT).cast::<u32>().read() } as usize - HEADER;
    let message = &message[..message.floor_char_boundary(room)];
    let length = u32::try_from(message.len()).unwrap_or(0); // the room's own size is 32 bits wide
    // SAFETY: `message` is no longer than the room behind the header, and not in the exchange itself.
    unsafe {
        exchange.add(MESSAGE_LENGTH_AT).cast::<u32>().write(length);
        ptr::copy_nonoverlapping(message.as_ptr(), exchange.add(HEADER), message.len());
    }
}

/// Bytes that Java lends for the call.
///
/// # Safety
///
/// `length` is not negative, and Java keeps that many bytes at `address` alive and unchanged until the call ends.
#[expect(clippy::disallowed_methods, reason = "this is the place where lengths from Java come in")]
pub(super) unsafe fn lent<'call>(address: jlong, length: jint) -> &'call [u8] {
    if length == 0 {
        return &[];
    }
    // SAFETY: by this function's contract; the memory of a direct buffer is initialised.
    unsafe { slice::from_raw_parts(address as *const u8, length as usize) }
}

/// The same, where a negative length stands for nothing.
///
/// # Safety
///
/// As for `lent`, unless `length` is negative.
pub(super) unsafe fn lent_optional<'call>(address: jlong, length: jint) -> Option<&'call [u8]> {
    // SAFETY: by this function's contract.
    (length >= 0).then(|| unsafe { lent(address, length) })
}

/// Room that Java lends for the call.
///
/// # Safety
///
/// `length` is not negative, and nobody else uses that many bytes at `address` until the call ends.
#[expect(clippy::disallowed_methods, reason = "this is the place where lengths from Java come in")]
pub(super) unsafe fn room<'call>(address: jlong, length: jint) -> &'call mut [u8] {
    if length == 0 {
        return &mut [];
    }
    // SAFETY: by this function's contract; the memory of a direct buffer is initialised.
    unsafe { slice::from_raw_parts_mut(address as *mut u8, length as usize) }
}

/// An error if a key and the room for its value share a byte.
pub(super) fn check_apart(key: jlong, key_length: jint, room: jlong, room_length: jint) -> Result<()> {
    let (key_end, room_end) = (key + jlong::from(key_length), room + jlong::from(room_length));
    if key < room_end && room < key_end && key_length > 0 && room_length > 0 {
        return Err(Error::invalid(
            "the key and the buffer for its value overlap; use buffers, or slices of one, that do not",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    /// An exchange as Java lays it out.
    fn exchange(size: usize) -> Vec<u64> {
        let mut words = vec![0; size / 8];
        words[1] = size as u64;
        words
    }

    fn message(exchange: &[u64]) -> String {
        let bytes: Vec<u8> = exchange.iter().flat_map(|word| word.to_le_bytes()).collect();
        let length = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
        String::from_utf8(bytes[16..16 + length].to_vec()).unwrap()
    }

    fn failing(exchange: &mut [u64], error: Error) -> jlong {
        // SAFETY: the exchange is alive, and the body borrows nothing from it.
        unsafe { call(exchange.as_mut_ptr() as jlong, || Err(error)) }
    }

    #[test]
    fn an_error_is_a_status_and_a_message() {
        let mut exchange = exchange(64);
        let status = failing(&mut exchange, Error::new(Code::NotFound, "no such family"));
        assert_eq!(status, -1 - Code::NotFound as jlong);
        assert_eq!(message(&exchange), "no such family");
    }

    #[test]
    fn a_message_that_does_not_fit_is_cut_between_characters() {
        let mut exchange = exchange(32);
        failing(&mut exchange, Error::invalid("ä".repeat(100)));
        assert_eq!(message(&exchange), "ä".repeat(8));
    }

    #[test]
    fn a_panic_is_an_error_too() {
        let mut exchange = exchange(256);
        // SAFETY: the exchange is alive, and the body borrows nothing from it.
        let status = unsafe { call(exchange.as_mut_ptr() as jlong, || panic!("on purpose {}", 1)) };
        assert_eq!(status, -1 - Code::Panic as jlong);
        assert!(message(&exchange).contains("on purpose 1"));
    }

    #[test]
    fn overlapping_buffers_are_refused_and_adjacent_ones_are_not() {
        assert!(check_apart(100, 10, 110, 5).is_ok());
        assert!(check_apart(110, 10, 100, 10).is_ok());
        assert!(check_apart(100, 0, 100, 10).is_ok());
        assert_eq!(check_apart(100, 10, 109, 5).unwrap_err().code, Code::InvalidArgument);
        assert_eq!(check_apart(105, 1, 100, 10).unwrap_err().code, Code::InvalidArgument);
    }
}
