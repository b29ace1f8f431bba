//! `gabion_restore`: what a backend is to be restored from.

use std::mem::MaybeUninit;
use std::path::PathBuf;
use std::sync::RwLock;

use super::boundary::{call, out, release};
use super::bytes::{self, gabion_bytes};
use super::error::gabion_error;
use super::handle::{self, Handle, Kind};
use crate::error::Code;
use crate::restore::{KeyRange, Source};

/// What gabion_backend_restore is to read, and which keys it is to keep. One thread at a time where it is not const.
///
/// Methods: gabion_restore_new, gabion_restore_add_number, gabion_restore_add_latest, gabion_restore_add_capture,
/// gabion_restore_set_key_range, gabion_backend_restore, gabion_restore_free.
pub struct gabion_restore([u8; 0]);

// SAFETY: the only type of this kind.
unsafe impl Handle for gabion_restore {
    const KIND: Kind = Kind::Restore;
    type Object = RwLock<Plan>;
}

/// The arguments of a restore, collected.
#[derive(Clone, Default)]
pub(super) struct Plan {
    pub(super) sources: Vec<Source>,
    pub(super) range: KeyRange,
}

/// Makes a restore without snapshots, that keeps all keys.
///
/// On success the caller owns `*out_restore`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_restore_new(
    out_restore: Option<&mut MaybeUninit<*mut gabion_restore>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        out(out_restore, "out_restore")?.write(handle::give(RwLock::new(Plan::default())));
        Ok(())
    })
}

/// Adds snapshot `number` of the snapshot directory at `url` (text). No other is taken in its place.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_restore_add_number(
    restore: Option<&mut gabion_restore>,
    url: gabion_bytes<'_>,
    number: u64,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let url = url.as_str("url")?.to_owned();
        handle::write(restore, "restore")?.sources.push(Source::Number { url, number });
        Ok(())
    })
}

/// Adds the newest snapshot of the snapshot directory at `url` (text).
#[unsafe(no_mangle)]
pub extern "C" fn gabion_restore_add_latest(
    restore: Option<&mut gabion_restore>,
    url: gabion_bytes<'_>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let url = url.as_str("url")?.to_owned();
        handle::write(restore, "restore")?.sources.push(Source::Latest { url });
        Ok(())
    })
}

/// Adds the captured directory `path` (text).
#[unsafe(no_mangle)]
pub extern "C" fn gabion_restore_add_capture(
    restore: Option<&mut gabion_restore>,
    path: gabion_bytes<'_>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let path = PathBuf::from(path.as_str("path")?);
        handle::write(restore, "restore")?.sources.push(Source::Capture { path });
        Ok(())
    })
}

/// Keeps only keys with `from` <= key < `to`. `to` may be NULL: no upper bound.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_restore_set_key_range(
    restore: Option<&mut gabion_restore>,
    from: gabion_bytes<'_>,
    to: Option<&gabion_bytes<'_>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let range =
            KeyRange { from: from.as_slice("from")?.to_vec(), to: bytes::optional(to, "to")?.map(<[u8]>::to_vec) };
        handle::write(restore, "restore")?.range = range;
        Ok(())
    })
}

/// Frees `restore`. `restore` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_restore_free(restore: Option<&mut gabion_restore>) {
    release(restore);
}
