//! `gabion_batch`: writes that are applied together or not at all.

use std::mem::MaybeUninit;
use std::sync::RwLock;

use super::boundary::{answer, call, out, release};
use super::bytes::gabion_bytes;
use super::column_family::gabion_column_family;
use super::error::gabion_error;
use super::handle::{self, Handle, Kind};
use crate::batch::Batch;
use crate::error::Code;

/// A list of writes to families of one backend, applied together or not at all by gabion_backend_write. One thread at a time.
///
/// Methods: gabion_batch_new, gabion_batch_put, gabion_batch_merge, gabion_batch_delete, gabion_batch_delete_range,
/// gabion_batch_clear, gabion_batch_count, gabion_batch_free.
pub struct gabion_batch([u8; 0]);

// SAFETY: the only type of this kind.
unsafe impl Handle for gabion_batch {
    const KIND: Kind = Kind::Batch;
    type Object = RwLock<Batch>;
}

/// Makes an empty batch. The first family that it names binds it to that family's backend.
///
/// On success the caller owns `*out_batch`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_batch_new(
    out_batch: Option<&mut MaybeUninit<*mut gabion_batch>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        out(out_batch, "out_batch")?.write(handle::give(RwLock::new(Batch::new())));
        Ok(())
    })
}

/// Adds a put: `key` gets `value`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_batch_put(
    batch: Option<&mut gabion_batch>,
    family: Option<&gabion_column_family>,
    key: gabion_bytes<'_>,
    value: gabion_bytes<'_>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let family = handle::borrow(family, "family")?;
        let (key, value) = (key.as_slice("key")?, value.as_slice("value")?);
        handle::write(batch, "batch")?.put(family, key, value)
    })
}

/// Adds a merge: `operand` is combined with the value of `key`, as the family's merge kind says.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_batch_merge(
    batch: Option<&mut gabion_batch>,
    family: Option<&gabion_column_family>,
    key: gabion_bytes<'_>,
    operand: gabion_bytes<'_>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let family = handle::borrow(family, "family")?;
        let (key, operand) = (key.as_slice("key")?, operand.as_slice("operand")?);
        handle::write(batch, "batch")?.merge(family, key, operand)
    })
}

/// Adds a delete of `key`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_batch_delete(
    batch: Option<&mut gabion_batch>,
    family: Option<&gabion_column_family>,
    key: gabion_bytes<'_>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let family = handle::borrow(family, "family")?;
        let key = key.as_slice("key")?;
        handle::write(batch, "batch")?.delete(family, key)
    })
}

/// Adds a delete of all keys with `from` <= key < `to`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_batch_delete_range(
    batch: Option<&mut gabion_batch>,
    family: Option<&gabion_column_family>,
    from: gabion_bytes<'_>,
    to: gabion_bytes<'_>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let family = handle::borrow(family, "family")?;
        let (from, to) = (from.as_slice("from")?, to.as_slice("to")?);
        handle::write(batch, "batch")?.delete_range(family, from, to)
    })
}

/// Forgets all writes of `batch`, which may then be used for another backend.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_batch_clear(
    batch: Option<&mut gabion_batch>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        handle::write(batch, "batch")?.clear();
        Ok(())
    })
}

/// How many writes `batch` holds.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_batch_count(batch: Option<&gabion_batch>) -> usize {
    answer(0, || Ok(handle::read(batch, "batch")?.count()))
}

/// Frees `batch`. `batch` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_batch_free(batch: Option<&mut gabion_batch>) {
    release(batch);
}
