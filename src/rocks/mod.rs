//! The only room that touches RocksDB's C API: a safe layer over `librocksdb-sys` and a small C++ shim.
//!
//! Who owns what: a `Db` owns every native object made from it (families, iterators, pins) in one registry. The wrappers hold
//! plain pointers and an `Arc<Db>`; a pointer is followed only while a `Call` of that `Db` is held, and `Db::close` frees
//! everything after the last `Call` is gone. So a wrapper that outlives its database is inert, never dangling.

mod batch;
mod db;
mod exit;
mod family;
mod gate;
mod iterator;
mod live_files;
mod memory;
mod options;
mod pin;
mod sst;

pub use batch::WriteBatch;
pub use db::Db;
pub(crate) use exit::at_exit;
pub use family::Family;
pub use gate::Call;
pub use iterator::{Bounds, Iterator};
pub use live_files::{LiveFile, StoredFile, StoredKind};
pub use memory::Memory;
pub use options::{DbOptions, FamilyOptions};
pub use pin::Pin;
pub use sst::SstWriter;

use std::ffi::{CStr, CString, c_char};

use crate::error::{Code, Error, Result};

/// Turns RocksDB's error string into an `Error` and frees it; `what` says what was tried.
fn check(error: *mut c_char, what: &str) -> Result<()> {
    if error.is_null() {
        return Ok(());
    }
    let text = take_text(error);
    let code = match text.split(':').next().unwrap_or_default() {
        "Corruption" => Code::Corruption,
        "IO error" => Code::Io,
        "Invalid argument" => Code::InvalidArgument,
        "NotFound" => Code::NotFound,
        "Not implemented" => Code::Unsupported,
        "Shutdown in progress" => Code::Closed,
        _ => Code::Engine,
    };
    Err(Error::new(code, format!("cannot {what}: RocksDB says: {text}")))
}

/// A string that RocksDB allocated, as text; frees it. NULL gives the empty string.
fn take_text(text: *mut c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: RocksDB hands out NUL-terminated strings from malloc, and this one is not used again.
    unsafe {
        let owned = CStr::from_ptr(text).to_string_lossy().into_owned();
        libc::free(text.cast());
        owned
    }
}

/// `bytes` as a C string; a NUL inside is refused.
fn c_string(bytes: impl Into<Vec<u8>>, what: &str) -> Result<CString> {
    CString::new(bytes)
        .map_err(|error| Error::invalid(format!("{what} has a NUL byte at position {}", error.nul_position())))
}

/// The same for a path.
fn c_path(path: &std::path::Path) -> Result<CString> {
    use std::os::unix::ffi::OsStrExt;
    c_string(path.as_os_str().as_bytes(), "the path")
}
