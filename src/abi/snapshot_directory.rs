//! `gabion_snapshot_directory`: the snapshots at one URL, without an open backend.

use std::mem::MaybeUninit;
use std::time::Duration;

use super::boundary::{answer, call, out, release};
use super::buffer::gabion_buffer;
use super::bytes::gabion_bytes;
use super::error::gabion_error;
use super::handle::{self, Handle, Kind};
use super::options::{self, gabion_options};
use super::snapshot_info::gabion_snapshot_list;
use crate::error::Code;
use crate::snapshot::SnapshotDirectory;
use crate::snapshot::directory::Swept;

/// The snapshots at one URL. It needs no backend. Any number of threads may use one at once.
///
/// Methods: gabion_snapshot_directory_open, gabion_snapshot_directory_list, gabion_snapshot_directory_describe,
/// gabion_snapshot_directory_verify, gabion_snapshot_directory_discard, gabion_snapshot_directory_retain, gabion_snapshot_directory_sweep,
/// gabion_snapshot_directory_size, gabion_snapshot_directory_free.
pub struct gabion_snapshot_directory([u8; 0]);

// SAFETY: the only type of this kind.
unsafe impl Handle for gabion_snapshot_directory {
    const KIND: Kind = Kind::SnapshotDirectory;
    type Object = SnapshotDirectory;
}

/// Opens the snapshot directory at `url` (text). `options` may be NULL: the defaults.
///
/// On success the caller owns `*out_directory`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_directory_open(
    url: gabion_bytes<'_>,
    options: Option<&gabion_options>,
    out_directory: Option<&mut MaybeUninit<*mut gabion_snapshot_directory>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_directory = out(out_directory, "out_directory")?;
        let (url, options) = (url.as_str("url")?, options::given(options)?);
        out_directory.write(handle::give(SnapshotDirectory::open(url, &options)?));
        Ok(())
    })
}

/// Lists all snapshots, the oldest first.
///
/// On success the caller owns `*out_snapshots`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_directory_list(
    directory: Option<&gabion_snapshot_directory>,
    out_snapshots: Option<&mut MaybeUninit<*mut gabion_snapshot_list>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_snapshots = out(out_snapshots, "out_snapshots")?;
        out_snapshots.write(handle::give(handle::borrow(directory, "directory")?.list()?));
        Ok(())
    })
}

/// Reads the manifest of snapshot `number`, as JSON.
///
/// On success the caller owns `*out_manifest`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_directory_describe(
    directory: Option<&gabion_snapshot_directory>,
    number: u64,
    out_manifest: Option<&mut MaybeUninit<*mut gabion_buffer>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_manifest = out(out_manifest, "out_manifest")?;
        let manifest = handle::borrow(directory, "directory")?.describe(number)?;
        out_manifest.write(handle::give(manifest.into_bytes()));
        Ok(())
    })
}

/// Reads every byte of snapshot `number`, and how many they are. GABION_CODE_CORRUPTION names each broken file.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_directory_verify(
    directory: Option<&gabion_snapshot_directory>,
    number: u64,
    out_bytes: Option<&mut MaybeUninit<u64>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_bytes = out(out_bytes, "out_bytes")?;
        out_bytes.write(handle::borrow(directory, "directory")?.verify(number)?);
        Ok(())
    })
}

/// Removes snapshot `number`; files that no other snapshot needs go with a later sweep.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_directory_discard(
    directory: Option<&gabion_snapshot_directory>,
    number: u64,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || handle::borrow(directory, "directory")?.discard(number))
}

/// Removes all snapshots but the newest `keep`, and lists the numbers of those it removed. `out_discarded` may be NULL.
///
/// On success the caller owns `*out_discarded`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_directory_retain(
    directory: Option<&gabion_snapshot_directory>,
    keep: usize,
    out_discarded: Option<&mut MaybeUninit<*mut gabion_number_list>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let discarded = handle::borrow(directory, "directory")?.retain(keep)?;
        if let Some(out_discarded) = out_discarded {
            out_discarded.write(handle::give(discarded));
        }
        Ok(())
    })
}

/// Removes what no snapshot and no running job needs and is older than `grace_ms` milliseconds; with `dry_run` it only finds out what it
/// would remove. `out_report` may be NULL.
///
/// On success the caller owns `*out_report`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_directory_sweep(
    directory: Option<&gabion_snapshot_directory>,
    grace_ms: u64,
    dry_run: bool,
    out_report: Option<&mut MaybeUninit<*mut gabion_sweep_report>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let directory = handle::borrow(directory, "directory")?;
        let swept = directory.sweep(Duration::from_millis(grace_ms), dry_run)?;
        if let Some(out_report) = out_report {
            out_report.write(handle::give(swept));
        }
        Ok(())
    })
}

/// Adds up the bytes of all objects in the directory.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_directory_size(
    directory: Option<&gabion_snapshot_directory>,
    out_bytes: Option<&mut MaybeUninit<u64>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_bytes = out(out_bytes, "out_bytes")?;
        out_bytes.write(handle::borrow(directory, "directory")?.size()?);
        Ok(())
    })
}

/// Frees `directory`; what is in it stays. `directory` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_snapshot_directory_free(directory: Option<&mut gabion_snapshot_directory>) {
    release(directory);
}

/// Numbers of snapshots. Any number of threads may read one at once.
///
/// Methods: gabion_number_list_count, gabion_number_list_number, gabion_number_list_free.
pub struct gabion_number_list([u8; 0]);

// SAFETY: the only type of this kind.
unsafe impl Handle for gabion_number_list {
    const KIND: Kind = Kind::NumberList;
    type Object = Vec<u64>;
}

/// How many numbers `numbers` has.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_number_list_count(numbers: Option<&gabion_number_list>) -> usize {
    answer(0, || Ok(handle::borrow(numbers, "numbers")?.len()))
}

/// The number at `index`; 0 if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_number_list_number(numbers: Option<&gabion_number_list>, index: usize) -> u64 {
    answer(0, || Ok(handle::borrow(numbers, "numbers")?.get(index).copied().unwrap_or(0)))
}

/// Frees `numbers`. `numbers` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_number_list_free(numbers: Option<&mut gabion_number_list>) {
    release(numbers);
}

/// What a sweep removed, or would remove. Any number of threads may read one at once.
///
/// Methods: gabion_sweep_report_objects, gabion_sweep_report_bytes, gabion_sweep_report_count, gabion_sweep_report_name,
/// gabion_sweep_report_free.
pub struct gabion_sweep_report([u8; 0]);

// SAFETY: the only type of this kind.
unsafe impl Handle for gabion_sweep_report {
    const KIND: Kind = Kind::SweepReport;
    type Object = Swept;
}

/// How many objects it removed.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_sweep_report_objects(report: Option<&gabion_sweep_report>) -> u64 {
    answer(0, || Ok(handle::borrow(report, "report")?.objects))
}

/// How many bytes they had.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_sweep_report_bytes(report: Option<&gabion_sweep_report>) -> u64 {
    answer(0, || Ok(handle::borrow(report, "report")?.bytes))
}

/// How many names `report` has.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_sweep_report_count(report: Option<&gabion_sweep_report>) -> usize {
    answer(0, || Ok(handle::borrow(report, "report")?.names.len()))
}

/// The name at `index`, relative to the directory; empty if there is none. It stays valid until `report` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_sweep_report_name(report: Option<&gabion_sweep_report>, index: usize) -> gabion_bytes<'_> {
    answer(gabion_bytes::EMPTY, || {
        let name = handle::borrow(report, "report")?.names.get(index);
        Ok(name.map_or(gabion_bytes::EMPTY, |name| gabion_bytes::lent(name.as_bytes())))
    })
}

/// Frees `report`. `report` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_sweep_report_free(report: Option<&mut gabion_sweep_report>) {
    release(report);
}
