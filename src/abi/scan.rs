//! `gabion_scan`: a walk over the rows of a family, in blocks.

use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::sync::Mutex;

use super::boundary::{answer, call, out, release};
use super::bytes::{self, gabion_bytes};
use super::error::gabion_error;
use super::handle::{self, Handle, Kind};
use crate::error::{Code, Error};
use crate::scan::Scan;

/// A walk over the rows of one family, made by gabion_column_family_scan. It sees the rows of the moment at which it was made. One thread at a time.
///
/// Methods: gabion_scan_fill, gabion_scan_free.
pub struct gabion_scan([u8; 0]);

// SAFETY: the only type of this kind.
unsafe impl Handle for gabion_scan {
    const KIND: Kind = Kind::Scan;
    type Object = Mutex<Scan>;
}

/// What gabion_scan_fill did.
#[repr(C)]
pub struct gabion_filled {
    /// Rows written.
    pub rows: usize,
    /// Bytes written.
    pub bytes: usize,
    /// Bytes that the next row needs, 0 after the last row. If no row was written and `done` is false, a block of this size is needed.
    pub needed: usize,
    /// No rows follow.
    pub done: bool,
}

/// Writes as many of the next rows as fit to the `capacity` bytes at `block`; gabion_rows_next reads them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gabion_scan_fill(
    scan: Option<&mut gabion_scan>,
    block: *mut c_void,
    capacity: usize,
    out_filled: Option<&mut MaybeUninit<gabion_filled>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_filled = out(out_filled, "out_filled")?;
        // SAFETY: the host lends `capacity` bytes at `block` for the call (docs/abi.md, rule 9).
        let block = unsafe { bytes::space(block, capacity, "block")? };
        let filled = handle::lock(scan, "scan")?.fill(block)?;
        out_filled.write(gabion_filled {
            rows: filled.rows,
            bytes: filled.bytes,
            needed: filled.needed,
            done: filled.done,
        });
        Ok(())
    })
}

/// Frees `scan`. `scan` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_scan_free(scan: Option<&mut gabion_scan>) {
    release(scan);
}

/// Takes the first row off `*rows`, which begins as the bytes of a block that gabion_scan_fill wrote. Answers false, and changes nothing,
/// when no row is left. A row is `uint32_t` key length, `uint32_t` value length (both little-endian), key, value.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_rows_next<'a>(
    rows: Option<&mut gabion_bytes<'a>>,
    out_key: Option<&mut MaybeUninit<gabion_bytes<'a>>>,
    out_value: Option<&mut MaybeUninit<gabion_bytes<'a>>>,
) -> bool {
    answer(false, || {
        let rows = rows.ok_or_else(|| Error::invalid("`rows` is NULL"))?;
        let (out_key, out_value) = (out(out_key, "out_key")?, out(out_value, "out_value")?);
        let Some((key, value, rest)) = split(rows.as_slice("rows")?) else { return Ok(false) };
        out_key.write(gabion_bytes::lent(key));
        out_value.write(gabion_bytes::lent(value));
        *rows = gabion_bytes::lent(rest);
        Ok(true)
    })
}

/// The first row of a block, and what follows it.
fn split(block: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (key_len, rest) = block.split_first_chunk::<4>()?;
    let (value_len, rest) = rest.split_first_chunk::<4>()?;
    let (key, rest) = rest.split_at_checked(u32::from_le_bytes(*key_len) as usize)?;
    let (value, rest) = rest.split_at_checked(u32::from_le_bytes(*value_len) as usize)?;
    Some((key, value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_one_after_the_other_until_none_is_left() {
        let block = b"\x01\0\0\0\x02\0\0\0kvv\0\0\0\0\0\0\0\0";
        let mut rows = gabion_bytes::lent(block);
        let (mut key, mut value) = (MaybeUninit::uninit(), MaybeUninit::uninit());
        assert!(gabion_rows_next(Some(&mut rows), Some(&mut key), Some(&mut value)));
        // SAFETY: written on true.
        let (first_key, first_value) = unsafe { (key.assume_init(), value.assume_init()) };
        assert_eq!(first_key.as_slice("key").unwrap(), b"k");
        assert_eq!(first_value.as_slice("value").unwrap(), b"vv");
        assert!(gabion_rows_next(Some(&mut rows), Some(&mut key), Some(&mut value)));
        assert!(!gabion_rows_next(Some(&mut rows), Some(&mut key), Some(&mut value)));
    }

    #[test]
    fn a_block_that_ends_within_a_row_gives_no_row() {
        for end in 1..10 {
            assert!(split(&b"\x01\0\0\0\x02\0\0\0kvv"[..end]).is_none(), "{end}");
        }
        assert!(split(b"\xff\xff\xff\xff\xff\xff\xff\xffkv").is_none());
    }
}
