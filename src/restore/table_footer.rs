//! The footer of a table file, looked at before RocksDB opens the file: it is the one part without a checksum, and RocksDB
//! takes as much memory as it says. Layout: RocksDB's `table/format.cc`.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use crate::error::{Error, Result};

/// Checksum type, two block handles padded to 40 bytes, format version, magic number.
const FOOTER: usize = 53;
const HANDLES: std::ops::Range<usize> = 1..41;
const MAGIC: u64 = 0x88e2_41b7_85f4_cff7;
/// From this version on the footer has a checksum of its own.
const CHECKED_SINCE: u32 = 6;
/// Behind each block: its compression and its checksum.
const TRAILER: u64 = 5;

/// Refuses a table file whose footer names blocks that are not in it. Other damage is for RocksDB to find.
pub(super) fn check(path: &Path) -> Result<()> {
    let cannot = |error| Error::io("read", path, &error);
    let file = File::open(path).map_err(cannot)?;
    let size = file.metadata().map_err(cannot)?.len();
    let mut footer = [0; FOOTER];
    let Some(start) = size.checked_sub(FOOTER as u64) else { return Ok(()) };
    file.read_exact_at(&mut footer, start).map_err(cannot)?;
    if is_sound(&footer, start) {
        return Ok(());
    }
    let path = path.display();
    Err(Error::corruption(format!("the footer of the table file {path} names blocks outside its {size} bytes")))
}

/// `start` is how many bytes stand before the footer.
fn is_sound(footer: &[u8; FOOTER], start: u64) -> bool {
    let version = u32::from_le_bytes([footer[41], footer[42], footer[43], footer[44]]);
    let magic = footer[45..].iter().rev().fold(0u64, |magic, &byte| magic << 8 | u64::from(byte));
    if magic != MAGIC || version >= CHECKED_SINCE {
        return true;
    }
    let mut handles = &footer[HANDLES];
    // The metaindex, and the index.
    (0..2).all(|_| {
        let (Some(offset), Some(size)) = (varint(&mut handles), varint(&mut handles)) else { return false };
        offset.checked_add(size).and_then(|end| end.checked_add(TRAILER)).is_some_and(|end| end <= start)
    })
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn footer(handles: &[u8], version: u32) -> [u8; FOOTER] {
        let mut footer = [0; FOOTER];
        footer[1..1 + handles.len()].copy_from_slice(handles);
        footer[41..45].copy_from_slice(&version.to_le_bytes());
        footer[45..].copy_from_slice(&MAGIC.to_le_bytes());
        footer
    }

    #[test]
    fn blocks_must_end_before_the_footer() {
        assert!(is_sound(&footer(&[0, 20, 25, 70], 5), 100));
        assert!(!is_sound(&footer(&[0, 20, 25, 71], 5), 100));
        assert!(!is_sound(&footer(&[0, 96, 25, 70], 5), 100));
    }

    #[test]
    fn sizes_that_overflow_and_varints_without_an_end_are_refused() {
        let mut most = vec![0xff; 9];
        most.push(1);
        assert!(!is_sound(&footer(&[&most[..], &most[..], &[0, 0]].concat(), 5), 1000));
        assert!(!is_sound(&footer(&[0xff; 40], 5), 1000));
    }

    #[test]
    fn what_has_a_checksum_or_is_no_table_is_left_to_rocksdb() {
        assert!(is_sound(&footer(&[0xff; 40], 6), 100));
        assert!(is_sound(&[0xff; FOOTER], 100));
    }
}
