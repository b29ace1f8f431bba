//! `gabion_pushed_stream`: a restore from bytes that the host brings.

use std::mem::MaybeUninit;
use std::sync::Mutex;

use super::backend::{Open, gabion_backend};
use super::boundary::{call, out, release};
use super::budget::gabion_budget;
use super::bytes::{self, gabion_bytes};
use super::error::gabion_error;
use super::handle::{self, Handle, Kind};
use super::options::{self, gabion_options};
use super::snapshot_info::gabion_snapshot_info;
use crate::backend::Backend;
use crate::error::{Code, Error};
use crate::restore::{KeyRange, PushedStream};

/// A restore from the bytes of a gabion_pulled_stream, given piece by piece, without temporary copies of them. One thread at a time.
///
/// Methods: gabion_pushed_stream_new, gabion_pushed_stream_write, gabion_pushed_stream_finish, gabion_pushed_stream_free.
pub struct gabion_pushed_stream([u8; 0]);

// SAFETY: the only type of this kind.
unsafe impl Handle for gabion_pushed_stream {
    const KIND: Kind = Kind::PushedStream;
    /// `None` once it is finished.
    type Object = Mutex<Option<PushedStream>>;
}

fn finished() -> Error {
    Error::invalid("`stream` is finished and can only be freed; make a new one for another restore")
}

/// Begins a restore that keeps the keys with `from` <= key < `to`. `options` may be NULL: the defaults. `budget` may be NULL: memory of its
/// own. `to` may be NULL: no upper bound.
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
        let range =
            KeyRange { from: from.as_slice("from")?.to_vec(), to: bytes::optional(to, "to")?.map(<[u8]>::to_vec) };
        out_stream.write(handle::give(Mutex::new(Some(Backend::push_stream(&options, budget, &range)?))));
        Ok(())
    })
}

/// Takes the next bytes of the stream, in pieces of any size. After a failure every later call fails as well.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_pushed_stream_write(
    stream: Option<&mut gabion_pushed_stream>,
    bytes: gabion_bytes<'_>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let bytes = bytes.as_slice("bytes")?;
        handle::lock(stream, "stream")?.as_mut().ok_or_else(finished)?.write(bytes)
    })
}

/// Opens the backend, once the whole stream was written, and says what the stream said of itself (its number is 0). GABION_CODE_CORRUPTION
/// for a stream that breaks off. Whether it succeeds or fails, `stream` can only be freed from then on. `out_info` may be NULL.
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
        out_backend.write(handle::give(Open(backend)));
        if let Some(out_info) = out_info {
            out_info.write(handle::give(info));
        }
        Ok(())
    })
}

/// Frees `stream`; what an unfinished one has restored goes with it. `stream` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_pushed_stream_free(stream: Option<&mut gabion_pushed_stream>) {
    release(stream);
}
