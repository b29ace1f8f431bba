//! `gabion_column_family`: the rows of one state.

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::sync::Mutex;

use super::boundary::{answer, call, no_element, out, release};
use super::buffer::{gabion_buffer, gabion_value_list};
use super::bytes::{self, gabion_bytes};
use super::error::gabion_error;
use super::handle::{self, Handle, Kind};
use super::scan::gabion_scan;
use super::view::gabion_view;
use crate::column_family::{ColumnFamily, MemtableKind, MergeKind};
use crate::error::Code;
use crate::scan::ScanRange;

/// The rows of one state: a column family of an open backend. Keys and values are bytes. Any number of threads may use one at once;
/// of writers' calls, one at a time per backend.
///
/// Methods: gabion_column_family_name, gabion_column_family_descriptor, gabion_column_family_set_descriptor,
/// gabion_column_family_merge_kind, gabion_column_family_delimiter, gabion_column_family_memtable_kind, gabion_column_family_get,
/// gabion_column_family_get_into, gabion_column_family_contains, gabion_column_family_multi_get, gabion_column_family_put,
/// gabion_column_family_merge, gabion_column_family_delete, gabion_column_family_delete_range, gabion_column_family_clear,
/// gabion_column_family_scan, gabion_column_family_free.
pub struct gabion_column_family([u8; 0]);

// SAFETY: the only type of this kind.
unsafe impl Handle for gabion_column_family {
    const KIND: Kind = Kind::ColumnFamily;
    type Object = ColumnFamily;
}

/// How a merge combines its operand with the value that is there. Later versions may add kinds.
#[repr(C)]
pub enum gabion_merge_kind {
    /// Merges are refused.
    None = 0,
    /// Operands are appended, with a delimiter byte between them.
    StringAppend = 1,
    /// Values and operands are 64-bit little-endian integers, which are added; the sum wraps.
    Uint64Add = 2,
}

/// What holds the rows that are not in a file yet. Later versions may add kinds.
#[repr(C)]
pub enum gabion_memtable_kind {
    /// Sorted: for families that are scanned.
    SkipList = 0,
    /// Hashed: for families that are read by key. A scan costs time for all rows in memory.
    HashLinkList = 1,
}

/// The name that the family was made with; it stays valid until `family` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_column_family_name(family: Option<&gabion_column_family>) -> gabion_bytes<'_> {
    answer(gabion_bytes::EMPTY, || Ok(gabion_bytes::lent(handle::borrow(family, "family")?.name())))
}

/// Reads the host's descriptor of the family.
///
/// On success the caller owns `*out_descriptor`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_column_family_descriptor(
    family: Option<&gabion_column_family>,
    out_descriptor: Option<&mut MaybeUninit<*mut gabion_buffer>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_descriptor = out(out_descriptor, "out_descriptor")?;
        out_descriptor.write(handle::give(handle::borrow(family, "family")?.descriptor()));
        Ok(())
    })
}

/// Replaces the host's descriptor; later snapshots carry the new one. A writer's call.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_column_family_set_descriptor(
    family: Option<&gabion_column_family>,
    descriptor: gabion_bytes<'_>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || handle::borrow(family, "family")?.set_descriptor(descriptor.as_slice("descriptor")?))
}

/// How the family merges.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_column_family_merge_kind(family: Option<&gabion_column_family>) -> gabion_merge_kind {
    answer(gabion_merge_kind::None, || {
        Ok(match handle::borrow(family, "family")?.merge_kind() {
            MergeKind::None => gabion_merge_kind::None,
            MergeKind::StringAppend(_) => gabion_merge_kind::StringAppend,
            MergeKind::Uint64Add => gabion_merge_kind::Uint64Add,
        })
    })
}

/// The byte between appended operands; 0 if the merge kind has none.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_column_family_delimiter(family: Option<&gabion_column_family>) -> u8 {
    answer(0, || {
        Ok(match handle::borrow(family, "family")?.merge_kind() {
            MergeKind::StringAppend(delimiter) => delimiter,
            MergeKind::None | MergeKind::Uint64Add => 0,
        })
    })
}

/// What holds the family's rows in memory.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_column_family_memtable_kind(family: Option<&gabion_column_family>) -> gabion_memtable_kind {
    answer(gabion_memtable_kind::SkipList, || {
        Ok(match handle::borrow(family, "family")?.memtable_kind() {
            MemtableKind::SkipList => gabion_memtable_kind::SkipList,
            MemtableKind::HashLinkList => gabion_memtable_kind::HashLinkList,
        })
    })
}

/// Reads the value of `key`. `*out_value` is NULL if there is none.
///
/// On success the caller owns `*out_value`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_column_family_get(
    family: Option<&gabion_column_family>,
    key: gabion_bytes<'_>,
    out_value: Option<&mut MaybeUninit<*mut gabion_buffer>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_value = out(out_value, "out_value")?;
        let value = handle::borrow(family, "family")?.get(key.as_slice("key")?)?;
        out_value.write(handle::give_optional(value));
        Ok(())
    })
}

/// Reads the value of `key` into the `capacity` bytes at `buffer`. `*out_found` says whether there is one, `*out_len` is its full length
/// (0 if there is none). When `*out_len` exceeds `capacity`, nothing was written to `buffer`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gabion_column_family_get_into(
    family: Option<&gabion_column_family>,
    key: gabion_bytes<'_>,
    buffer: *mut c_void,
    capacity: usize,
    out_found: Option<&mut MaybeUninit<bool>>,
    out_len: Option<&mut MaybeUninit<usize>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let (out_found, out_len) = (out(out_found, "out_found")?, out(out_len, "out_len")?);
        // SAFETY: the host lends `capacity` bytes at `buffer` for the call (docs/abi.md, rule 9).
        let buffer = unsafe { bytes::space(buffer, capacity, "buffer")? };
        let len = handle::borrow(family, "family")?.get_into(key.as_slice("key")?, buffer)?;
        out_found.write(len.is_some());
        out_len.write(len.unwrap_or(0));
        Ok(())
    })
}

/// Finds out whether `key` has a value.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_column_family_contains(
    family: Option<&gabion_column_family>,
    key: gabion_bytes<'_>,
    out_found: Option<&mut MaybeUninit<bool>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_found = out(out_found, "out_found")?;
        out_found.write(handle::borrow(family, "family")?.contains(key.as_slice("key")?)?);
        Ok(())
    })
}

/// Reads the values of the `count` keys at `keys`.
///
/// On success the caller owns `*out_values`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gabion_column_family_multi_get(
    family: Option<&gabion_column_family>,
    keys: *const gabion_bytes<'_>,
    count: usize,
    out_values: Option<&mut MaybeUninit<*mut gabion_value_list>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_values = out(out_values, "out_values")?;
        let family = handle::borrow(family, "family")?;
        // SAFETY: the host lends `count` byte strings at `keys` for the call (docs/abi.md, rule 9).
        let keys = unsafe { bytes::array(keys, count, "keys")? };
        out_values.write(handle::give(family.multi_get(&keys)?));
        Ok(())
    })
}

/// Gives `key` the value `value`. A writer's call.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_column_family_put(
    family: Option<&gabion_column_family>,
    key: gabion_bytes<'_>,
    value: gabion_bytes<'_>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || handle::borrow(family, "family")?.put(key.as_slice("key")?, value.as_slice("value")?))
}

/// Combines `operand` with the value of `key`, as the family's merge kind says. A writer's call.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_column_family_merge(
    family: Option<&gabion_column_family>,
    key: gabion_bytes<'_>,
    operand: gabion_bytes<'_>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || handle::borrow(family, "family")?.merge(key.as_slice("key")?, operand.as_slice("operand")?))
}

/// Deletes `key`; it need not be there. A writer's call.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_column_family_delete(
    family: Option<&gabion_column_family>,
    key: gabion_bytes<'_>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || handle::borrow(family, "family")?.delete(key.as_slice("key")?))
}

/// Deletes all keys with `from` <= key < `to`; none if the range is empty or inverted. A writer's call.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_column_family_delete_range(
    family: Option<&gabion_column_family>,
    from: gabion_bytes<'_>,
    to: gabion_bytes<'_>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || handle::borrow(family, "family")?.delete_range(from.as_slice("from")?, to.as_slice("to")?))
}

/// Deletes every row. A writer's call.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_column_family_clear(
    family: Option<&gabion_column_family>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || handle::borrow(family, "family")?.clear())
}

/// Starts a scan over the keys with `from` <= key < `to`, the largest first if `backward`. Without `view` it scans the rows of this moment, and is
/// a writer's call. `from` may be NULL: no lower bound. `to` may be NULL: no upper bound. `view` may be NULL.
///
/// On success the caller owns `*out_scan`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_column_family_scan(
    family: Option<&gabion_column_family>,
    view: Option<&gabion_view>,
    from: Option<&gabion_bytes<'_>>,
    to: Option<&gabion_bytes<'_>>,
    backward: bool,
    out_scan: Option<&mut MaybeUninit<*mut gabion_scan>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_scan = out(out_scan, "out_scan")?;
        let family = handle::borrow(family, "family")?;
        let view = handle::borrow_optional(view, "view")?;
        let from = bytes::optional(from, "from")?.map(<[u8]>::to_vec);
        let to = bytes::optional(to, "to")?.map(<[u8]>::to_vec);
        let scan = family.scan(&ScanRange { from, to, backward }, view)?;
        out_scan.write(handle::give(Mutex::new(scan)));
        Ok(())
    })
}

/// Frees `family`; the family itself stays in its backend. `family` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_column_family_free(family: Option<&mut gabion_column_family>) {
    release(family);
}

/// The families of a backend when gabion_backend_column_families was called, in order of creation. Any number of threads may read one
/// at once.
///
/// Methods: gabion_column_family_list_count, gabion_column_family_list_at, gabion_column_family_list_free.
pub struct gabion_column_family_list([u8; 0]);

// SAFETY: the only type of this kind.
unsafe impl Handle for gabion_column_family_list {
    const KIND: Kind = Kind::ColumnFamilyList;
    type Object = Vec<ColumnFamily>;
}

/// How many families `families` has.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_column_family_list_count(families: Option<&gabion_column_family_list>) -> usize {
    answer(0, || Ok(handle::borrow(families, "families")?.len()))
}

/// Makes a handle of the family at `index`.
///
/// On success the caller owns `*out_family`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_column_family_list_at(
    families: Option<&gabion_column_family_list>,
    index: usize,
    out_family: Option<&mut MaybeUninit<*mut gabion_column_family>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_family = out(out_family, "out_family")?;
        let families = handle::borrow(families, "families")?;
        let family = families.get(index).ok_or_else(|| no_element(index, families.len()))?;
        out_family.write(handle::give(family.clone()));
        Ok(())
    })
}

/// Frees `families`. `families` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_column_family_list_free(families: Option<&mut gabion_column_family_list>) {
    release(families);
}
