//! `gabion_pulled_stream` and `gabion_pushed_stream`: portable snapshots as bytes that the host moves.

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::sync::{Mutex, MutexGuard};

use super::backend::{self, gabion_backend};
use super::boundary::{call, out, release};
use super::budget::gabion_budget;
use super::bytes::{self, gabion_bytes};
use super::error::gabion_error;
use super::handle::{self, Handle, Kind};
use super::options::{self, gabion_options};
use super::restore;
use super::snapshot_info::gabion_snapshot_info;
use crate::backend::Backend;
use crate::error::{Code, Error, Result};
use crate::restore::PushedStream;
use crate::snapshot::PulledStream;

/// A portable snapshot that the host pulls as one stream of bytes, made by gabion_backend_pull_stream. It holds on to old rows: free it
/// soon. One thread at a time.
///
/// Methods: gabion_backend_pull_stream, gabion_pulled_stream_read, gabion_pulled_stream_free.
pub struct gabion_pulled_stream([u8; 0]);

// SAFETY: the only type of this kind.
unsafe impl Handle for gabion_pulled_stream {
    const KIND: Kind = Kind::PulledStream;
    type Object = Mutex<PulledStream>;
}

/// Starts a portable snapshot as a stream. What is in the backend when this returns is what the stream will hold. `id` and `metadata` are
/// the host's, and travel with it. A writer's call.
///
/// On success the caller owns `*out_stream`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_backend_pull_stream(
    backend: Option<&gabion_backend>,
    id: gabion_bytes<'_>,
    metadata: gabion_bytes<'_>,
    out_stream: Option<&mut MaybeUninit<*mut gabion_pulled_stream>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_stream = out(out_stream, "out_stream")?;
        let backend = backend::given(backend)?;
        let stream = backend.pull_stream(id.as_slice("id")?, metadata.as_slice("metadata")?)?;
        out_stream.write(handle::give(Mutex::new(stream)));
        Ok(())
    })
}

/// Writes the next bytes of the stream to the `capacity` bytes at `block`. `*out_len` says how many; 0 only at the end of the stream.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gabion_pulled_stream_read(
    stream: Option<&mut gabion_pulled_stream>,
    block: *mut c_void,
    capacity: usize,
    out_len: Option<&mut MaybeUninit<usize>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_len = out(out_len, "out_len")?;
        // SAFETY: the host lends `capacity` bytes at `block` for the call (docs/abi.md, rule 9).
        let block = unsafe { bytes::space(block, capacity, "block")? };
        if block.is_empty() {
            return Err(Error::invalid("`capacity` is 0; a length of 0 would look like the end of the stream"));
        }
        out_len.write(handle::lock(stream, "stream")?.read(block)?);
        Ok(())
    })
}

/// Frees `stream`, read to its end or not. `stream` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_pulled_stream_free(stream: Option<&mut gabion_pulled_stream>) {
    release(stream);
}

/// A backend in the making, from a stream that the host pushes. One thread at a time.
///
/// Methods: gabion_pushed_stream_new, gabion_pushed_stream_write, gabion_pushed_stream_finish, gabion_pushed_stream_free.
pub struct gabion_pushed_stream([u8; 0]);

// SAFETY: the only type of this kind.
unsafe impl Handle for gabion_pushed_stream {
    const KIND: Kind = Kind::PushedStream;
    /// `None` once it was finished.
    type Object = Mutex<Option<PushedStream>>;
}

/// Begins a backend that keeps the keys with `from` <= key < `to` of a stream. `options` may be NULL: the defaults. `budget` may be NULL:
/// memory of its own. `to` may be NULL: no upper bound.
///
/// On success the caller owns `*out_stream`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_pushed_stream_new(
    options: Option<&gabion_options>,
    budget: Option<&gabion_budget>,
    from: gabion_bytes<'_>,
    to: Option<&gabion_bytes<'_>>,
    out_stream: Option<&mut MaybeUninit<*mut gabion_pushed_stream>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_stream = out(out_stream, "out_stream")?;
        let (options, budget) = (options::given(options)?, handle::borrow_optional(budget, "budget")?);
        let stream = Backend::push_stream(&options, budget, &restore::range(from, to)?)?;
        out_stream.write(handle::give(Mutex::new(Some(stream))));
        Ok(())
    })
}

/// Takes the next bytes of the stream, in pieces of any size. After a failure every later call fails too.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_pushed_stream_write(
    stream: Option<&mut gabion_pushed_stream>,
    bytes: gabion_bytes<'_>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let bytes = bytes.as_slice("bytes")?;
        unfinished(&mut handle::lock(stream, "stream")?)?.write(bytes)
    })
}

/// Opens the backend, once the whole stream was given, and says what the stream said of itself. GABION_CODE_CORRUPTION for a stream that
/// breaks off. Afterwards, whatever came of it, `stream` can only be freed. `out_info` may be NULL.
///
/// On success the caller owns `*out_backend` and `*out_info`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_pushed_stream_finish(
    stream: Option<&mut gabion_pushed_stream>,
    out_backend: Option<&mut MaybeUninit<*mut gabion_backend>>,
    out_info: Option<&mut MaybeUninit<*mut gabion_snapshot_info>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_backend = out(out_backend, "out_backend")?;
        let stream = handle::lock(stream, "stream")?.take().ok_or_else(finished)?;
        let (backend, info) = stream.finish()?;
        out_backend.write(backend::give(backend));
        if let Some(out_info) = out_info {
            out_info.write(handle::give(info));
        }
        Ok(())
    })
}

/// Frees `stream`; what was not finished leaves nothing behind. `stream` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_pushed_stream_free(stream: Option<&mut gabion_pushed_stream>) {
    release(stream);
}

fn unfinished<'a>(stream: &'a mut MutexGuard<'_, Option<PushedStream>>) -> Result<&'a mut PushedStream> {
    stream.as_mut().ok_or_else(finished)
}

fn finished() -> Error {
    Error::invalid("`stream` was finished; it can only be freed, and another stream needs a new one")
}
