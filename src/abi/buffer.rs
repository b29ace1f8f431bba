//! `gabion_buffer`: bytes that Gabion gives to the caller; `gabion_value_list`: many of them, some absent.

use super::boundary::{answer, release};
use super::bytes::gabion_bytes;
use super::handle::{self, Handle, Kind};
use crate::error::Result;

/// Bytes that the caller owns. Any number of threads may read one at once.
///
/// Methods: gabion_buffer_bytes, gabion_buffer_free.
pub struct gabion_buffer([u8; 0]);

// SAFETY: the only type of this kind.
unsafe impl Handle for gabion_buffer {
    const KIND: Kind = Kind::Buffer;
    type Object = Vec<u8>;
}

/// The bytes of `buffer`; they stay valid until it is freed.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_buffer_bytes(buffer: Option<&gabion_buffer>) -> gabion_bytes<'_> {
    answer(gabion_bytes::EMPTY, || Ok(gabion_bytes::lent(handle::borrow(buffer, "buffer")?)))
}

/// Frees `buffer`. `buffer` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_buffer_free(buffer: Option<&mut gabion_buffer>) {
    release(buffer);
}

/// The answers of a multi-get, one per key, in the order of the keys. Any number of threads may read one at once.
///
/// Methods: gabion_value_list_count, gabion_value_list_has, gabion_value_list_value, gabion_value_list_free.
pub struct gabion_value_list([u8; 0]);

// SAFETY: the only type of this kind.
unsafe impl Handle for gabion_value_list {
    const KIND: Kind = Kind::ValueList;
    type Object = Vec<Option<Vec<u8>>>;
}

/// How many answers `values` has: as many as keys were asked for.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_value_list_count(values: Option<&gabion_value_list>) -> usize {
    answer(0, || Ok(handle::borrow(values, "values")?.len()))
}

/// Whether the key at `index` has a value.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_value_list_has(values: Option<&gabion_value_list>, index: usize) -> bool {
    answer(false, || Ok(value(values, index)?.is_some()))
}

/// The value of the key at `index`; empty if it has none. It stays valid until `values` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_value_list_value(values: Option<&gabion_value_list>, index: usize) -> gabion_bytes<'_> {
    answer(gabion_bytes::EMPTY, || Ok(value(values, index)?.map_or(gabion_bytes::EMPTY, gabion_bytes::lent)))
}

fn value(values: Option<&gabion_value_list>, index: usize) -> Result<Option<&[u8]>> {
    let values = handle::borrow(values, "values")?;
    Ok(values.get(index).and_then(Option::as_deref))
}

/// Frees `values`. `values` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_value_list_free(values: Option<&mut gabion_value_list>) {
    release(values);
}
