//! `gabion_snapshot_info`: what is known of a completed snapshot; `gabion_snapshot_list`: many of them.

use std::mem::MaybeUninit;

use super::boundary::{answer, call, no_element, out, release};
use super::bytes::gabion_bytes;
use super::error::gabion_error;
use super::handle::{self, Handle, Kind};
use crate::error::Code;
use crate::snapshot::{self, SnapshotInfo};

/// The kind of a snapshot: one of the GABION_SNAPSHOT_KIND_ constants. Later versions may add kinds.
pub type gabion_snapshot_kind = u32;

/// RocksDB's own files, shared with earlier snapshots.
pub const GABION_SNAPSHOT_KIND_NATIVE: gabion_snapshot_kind = 1;

/// A sorted dump, independent of RocksDB's file formats.
pub const GABION_SNAPSHOT_KIND_PORTABLE: gabion_snapshot_kind = 2;

/// What is known of a completed snapshot. Any number of threads may read one at once.
///
/// Methods: gabion_snapshot_info_number, gabion_snapshot_info_kind, gabion_snapshot_info_id,
/// gabion_snapshot_info_metadata, gabion_snapshot_info_created_ms, gabion_snapshot_info_families,
/// gabion_snapshot_info_files, gabion_snapshot_info_bytes, gabion_snapshot_info_bytes_written,
/// gabion_snapshot_info_fallbacks, gabion_snapshot_info_pause_nanos, gabion_snapshot_info_free.
pub struct gabion_snapshot_info([u8; 0]);

// SAFETY: the only type of this kind.
unsafe impl Handle for gabion_snapshot_info {
    const KIND: Kind = Kind::SnapshotInfo;
    type Object = SnapshotInfo;
}

/// Its number in its snapshot directory; 0 for a captured directory.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_info_number(info: Option<&gabion_snapshot_info>) -> u64 {
    answer(0, || Ok(handle::borrow(info, "info")?.number))
}

/// Its kind.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_info_kind(info: Option<&gabion_snapshot_info>) -> gabion_snapshot_kind {
    answer(0, || {
        Ok(match handle::borrow(info, "info")?.kind {
            snapshot::Kind::Native => GABION_SNAPSHOT_KIND_NATIVE,
            snapshot::Kind::Portable => GABION_SNAPSHOT_KIND_PORTABLE,
        })
    })
}

/// The host's id. It stays valid until `info` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_info_id(info: Option<&gabion_snapshot_info>) -> gabion_bytes<'_> {
    answer(gabion_bytes::EMPTY, || Ok(gabion_bytes::lent(&handle::borrow(info, "info")?.id)))
}

/// The host's metadata. It stays valid until `info` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_info_metadata(info: Option<&gabion_snapshot_info>) -> gabion_bytes<'_> {
    answer(gabion_bytes::EMPTY, || Ok(gabion_bytes::lent(&handle::borrow(info, "info")?.metadata)))
}

/// When it was made, in milliseconds since 1970-01-01 UTC, by the clock of the machine that made it.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_info_created_ms(info: Option<&gabion_snapshot_info>) -> u64 {
    answer(0, || Ok(handle::borrow(info, "info")?.created_ms))
}

/// How many column families it holds.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_info_families(info: Option<&gabion_snapshot_info>) -> u64 {
    answer(0, || Ok(handle::borrow(info, "info")?.families))
}

/// How many files it consists of.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_info_files(info: Option<&gabion_snapshot_info>) -> u64 {
    answer(0, || Ok(handle::borrow(info, "info")?.files))
}

/// The bytes of all its files.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_info_bytes(info: Option<&gabion_snapshot_info>) -> u64 {
    answer(0, || Ok(handle::borrow(info, "info")?.bytes))
}

/// Of those, the bytes that this snapshot wrote; the others were there already.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_info_bytes_written(info: Option<&gabion_snapshot_info>) -> u64 {
    answer(0, || Ok(handle::borrow(info, "info")?.bytes_written))
}

/// How many families a native snapshot had to write row by row.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_info_fallbacks(info: Option<&gabion_snapshot_info>) -> u64 {
    answer(0, || Ok(handle::borrow(info, "info")?.fallbacks))
}

/// How long its start held the writer, in nanoseconds; 0 when that is not known, as of a listed one.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_info_pause_nanos(info: Option<&gabion_snapshot_info>) -> u64 {
    answer(0, || Ok(handle::borrow(info, "info")?.pause_nanos))
}

/// Frees `info`. `info` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_info_free(info: Option<&mut gabion_snapshot_info>) {
    release(info);
}

/// Snapshots of a directory, the oldest first, or those that were restored, in the order asked for. Any number of threads may read one at once.
///
/// Methods: gabion_snapshot_list_count, gabion_snapshot_list_at, gabion_snapshot_list_free.
pub struct gabion_snapshot_list([u8; 0]);

// SAFETY: the only type of this kind.
unsafe impl Handle for gabion_snapshot_list {
    const KIND: Kind = Kind::SnapshotList;
    type Object = Vec<SnapshotInfo>;
}

/// How many snapshots `snapshots` has.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_list_count(snapshots: Option<&gabion_snapshot_list>) -> usize {
    answer(0, || Ok(handle::borrow(snapshots, "snapshots")?.len()))
}

/// Reads what is known of the snapshot at `index`.
///
/// On success the caller owns `*out_info`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_list_at(
    snapshots: Option<&gabion_snapshot_list>,
    index: usize,
    out_info: Option<&mut MaybeUninit<*mut gabion_snapshot_info>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_info = out(out_info, "out_info")?;
        let snapshots = handle::borrow(snapshots, "snapshots")?;
        let info = snapshots.get(index).ok_or_else(|| no_element(index, snapshots.len()))?;
        out_info.write(handle::give(info.clone()));
        Ok(())
    })
}

/// Frees `snapshots`. `snapshots` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_list_free(snapshots: Option<&mut gabion_snapshot_list>) {
    release(snapshots);
}
