//! `gabion_error`: why a call failed.

use super::boundary::{answer, release};
use super::bytes::gabion_bytes;
use super::handle::{self, Handle, Kind};
use crate::error::{Code, Error};

/// Why a call failed. Any number of threads may read one at once.
///
/// Methods: gabion_error_code, gabion_error_message, gabion_error_free.
pub struct gabion_error([u8; 0]);

// SAFETY: the only type of this kind.
unsafe impl Handle for gabion_error {
    const KIND: Kind = Kind::Error;
    type Object = Error;
}

/// The code that the failed call returned.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_error_code(error: Option<&gabion_error>) -> Code {
    answer(Code::Ok, || Ok(handle::borrow(error, "error")?.code))
}

/// What was asked, what was found, and what to do: text for people. It stays valid until `error` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_error_message(error: Option<&gabion_error>) -> gabion_bytes<'_> {
    answer(gabion_bytes::EMPTY, || Ok(gabion_bytes::lent(handle::borrow(error, "error")?.message.as_bytes())))
}

/// Frees `error`. `error` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_error_free(error: Option<&mut gabion_error>) {
    release(error);
}
