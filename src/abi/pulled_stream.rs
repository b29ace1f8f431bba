//! `gabion_pulled_stream`: a portable snapshot that the host takes away as bytes.

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::sync::Mutex;

use super::backend::{self, gabion_backend};
use super::boundary::{call, out, release};
use super::bytes::{self, gabion_bytes};
use super::error::gabion_error;
use super::handle::{self, Handle, Kind};
use crate::error::Code;
use crate::snapshot::PulledStream;

/// A portable snapshot as one stream of bytes, made by gabion_backend_pull_stream; gabion_pushed_stream takes it. Until it is freed, the backend
/// keeps the rows of its moment. One thread at a time.
///
/// Methods: gabion_pulled_stream_read, gabion_pulled_stream_free.
pub struct gabion_pulled_stream([u8; 0]);

// SAFETY: the only type of this kind.
unsafe impl Handle for gabion_pulled_stream {
    const KIND: Kind = Kind::PulledStream;
    type Object = Mutex<PulledStream>;
}

/// Begins to pull all families as they are now, without a snapshot directory and without temporary files. `id` and `metadata` are the
/// host's; the stream carries them. A writer's call.
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
        let (backend, id, metadata) = (backend::given(backend)?, id.as_slice("id")?, metadata.as_slice("metadata")?);
        out_stream.write(handle::give(Mutex::new(backend.pull_stream(id, metadata)?)));
        Ok(())
    })
}

/// Writes the next bytes of the stream to the `capacity` bytes at `block`, and says in `*out_len` how many: `capacity`, or fewer at the end,
/// and 0 once the stream has ended.
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
        out_len.write(handle::lock(stream, "stream")?.read(block)?);
        Ok(())
    })
}

/// Frees `stream`. `stream` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_pulled_stream_free(stream: Option<&mut gabion_pulled_stream>) {
    release(stream);
}
