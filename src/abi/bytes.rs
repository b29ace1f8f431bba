//! `gabion_bytes`, and everything else that trusts an address and a length from C.

use std::ffi::{CStr, c_char, c_void};
use std::fmt::Display;
use std::marker::PhantomData;
use std::slice;

use crate::abi::boundary::answer;
use crate::error::{Error, Result};

/// Bytes that someone else owns: an argument is read before the call returns, a result stays valid until the handle it came from is
/// freed. `{NULL, 0}` is empty. Text is UTF-8.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gabion_bytes<'a> {
    /// Where they begin.
    data: *const c_void,
    /// How many they are.
    len: usize,
    owner: PhantomData<&'a [u8]>,
}

impl<'a> gabion_bytes<'a> {
    pub(super) const EMPTY: Self = Self::lent(&[]);

    /// `bytes`, for C to read.
    pub(super) const fn lent(bytes: &'a [u8]) -> Self {
        Self { data: bytes.as_ptr().cast(), len: bytes.len(), owner: PhantomData }
    }

    /// `argument` is written out only for an error.
    pub(super) fn as_slice(&self, argument: impl Display) -> Result<&'a [u8]> {
        check(self.data, self.len, argument)?;
        if self.len == 0 {
            return Ok(&[]);
        }
        // SAFETY: fields are private, so the value comes from `lent` or from C, which lends `len` readable bytes for the call
        // (docs/abi.md, rule 9); `check` has refused what no object can be.
        #[expect(clippy::disallowed_methods, reason = "this is the one place of this floor")]
        Ok(unsafe { slice::from_raw_parts(self.data.cast(), self.len) })
    }

    pub(super) fn as_str(&self, argument: &str) -> Result<&'a str> {
        let bytes = self.as_slice(argument)?;
        str::from_utf8(bytes).map_err(|error| {
            Error::invalid(format!("`{argument}` is not UTF-8 ({error}): \"{}\"", bytes.escape_ascii()))
        })
    }
}

/// Bytes that may be absent.
pub(super) fn optional<'a>(bytes: Option<&gabion_bytes<'a>>, argument: &str) -> Result<Option<&'a [u8]>> {
    bytes.map(|bytes| bytes.as_slice(argument)).transpose()
}

/// An array of byte strings.
///
/// # Safety
/// `array`, unless NULL, is the address of `count` byte strings that C lends for the call.
pub(super) unsafe fn array<'a>(array: *const gabion_bytes<'a>, count: usize, argument: &str) -> Result<Vec<&'a [u8]>> {
    check(array.cast(), count.saturating_mul(size_of::<gabion_bytes<'a>>()), argument)?;
    if count == 0 {
        return Ok(Vec::new());
    }
    // SAFETY: the caller's promise; `check` has refused what no object can be.
    #[expect(clippy::disallowed_methods, reason = "this is the one place of this floor")]
    let array = unsafe { slice::from_raw_parts(array, count) };
    array.iter().enumerate().map(|(index, bytes)| bytes.as_slice(format_args!("{argument}[{index}]"))).collect()
}

/// Memory that C lends to be written to.
///
/// # Safety
/// `data`, unless NULL, is the address of `capacity` bytes that nobody else uses during `'a`.
pub(super) unsafe fn space<'a>(data: *mut c_void, capacity: usize, argument: &str) -> Result<&'a mut [u8]> {
    check(data, capacity, argument)?;
    if capacity == 0 {
        return Ok(&mut []);
    }
    // SAFETY: the caller's promise; what comes from C counts as initialised; `check` has refused what no object can be.
    #[expect(clippy::disallowed_methods, reason = "this is the one place of this floor")]
    Ok(unsafe { slice::from_raw_parts_mut(data.cast(), capacity) })
}

fn check(data: *const c_void, len: usize, argument: impl Display) -> Result<()> {
    if len > isize::MAX as usize {
        return Err(Error::invalid(format!("`{argument}` has length {len}, which no memory has")));
    }
    if data.is_null() && len > 0 {
        return Err(Error::invalid(format!("`{argument}` is NULL but has length {len}")));
    }
    Ok(())
}

/// The NUL-terminated `text` as bytes, without its NUL; they stay valid as long as `text` does. `text` may be NULL: no bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gabion_bytes_of<'a>(text: *const c_char) -> gabion_bytes<'a> {
    answer(gabion_bytes::EMPTY, || {
        if text.is_null() {
            return Ok(gabion_bytes::EMPTY);
        }
        // SAFETY: C gives a NUL-terminated string that lives as long as the result is used.
        let text = unsafe { CStr::from_ptr(text) };
        Ok(gabion_bytes::lent(text.to_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forged(data: *const c_void, len: usize) -> gabion_bytes<'static> {
        gabion_bytes { data, len, owner: PhantomData }
    }

    #[test]
    fn null_without_length_is_empty() {
        assert_eq!(forged(std::ptr::null(), 0).as_slice("key").unwrap(), b"");
    }

    #[test]
    fn null_with_a_length_is_refused_by_name() {
        let error = forged(std::ptr::null(), 3).as_slice("key").unwrap_err();
        assert_eq!(error.message, "`key` is NULL but has length 3");
    }

    #[test]
    fn a_length_beyond_memory_is_refused() {
        let error = forged(b"x".as_ptr().cast(), usize::MAX).as_slice("key").unwrap_err();
        assert!(error.message.contains("which no memory has"), "{error}");
        let keys = [gabion_bytes::EMPTY];
        // SAFETY: the length is refused before anything is read.
        assert!(unsafe { array(keys.as_ptr(), usize::MAX / 8, "keys") }.is_err());
    }

    #[test]
    fn text_that_is_not_utf8_is_quoted() {
        let error = gabion_bytes::lent(b"a\xff").as_str("url").unwrap_err();
        assert!(error.message.contains("`url` is not UTF-8") && error.message.contains("a\\xff"), "{error}");
    }

    #[test]
    fn a_bad_element_of_an_array_is_named_by_its_index() {
        let keys = [gabion_bytes::lent(b"a"), forged(std::ptr::null(), 1)];
        // SAFETY: the array has two elements.
        let error = unsafe { array(keys.as_ptr(), 2, "keys") }.unwrap_err();
        assert_eq!(error.message, "`keys[1]` is NULL but has length 1");
    }

    #[test]
    fn an_argument_that_is_right_is_not_spelled_out() {
        struct Unspoken;
        impl Display for Unspoken {
            fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                panic!("nobody needs this name")
            }
        }
        assert_eq!(gabion_bytes::lent(b"a").as_slice(Unspoken).unwrap(), b"a");
    }

    #[test]
    fn a_c_string_is_lent_without_its_nul() {
        // SAFETY: the literal ends with a NUL.
        let bytes = unsafe { gabion_bytes_of(c"words".as_ptr()) };
        assert_eq!(bytes.as_slice("text").unwrap(), b"words");
    }
}
