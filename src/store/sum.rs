//! `Sum`: the length and the checksum of some bytes.

use std::fmt::Display;

use crate::error::{Error, Result};

/// The length and the checksum of some bytes: what they must have, or what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sum {
    /// In bytes.
    pub size: u64,
    /// CRC32C of all of them.
    pub crc32c: u32,
}

impl Sum {
    /// Of no bytes.
    pub const EMPTY: Sum = Sum { size: 0, crc32c: 0 };

    /// Of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self::EMPTY.extended(bytes)
    }

    /// Of the bytes so far, followed by `bytes`.
    pub fn extended(self, bytes: &[u8]) -> Self {
        Self { size: self.size + bytes.len() as u64, crc32c: crc32c::crc32c_append(self.crc32c, bytes) }
    }

    /// Of the bytes so far, followed by those that `next` is of.
    pub fn followed_by(self, next: Sum) -> Self {
        let length = usize::try_from(next.size).unwrap_or(usize::MAX);
        Self { size: self.size + next.size, crc32c: crc32c::crc32c_combine(self.crc32c, next.crc32c, length) }
    }

    /// `Code::Corruption` that names `what` unless its bytes are `found`.
    pub fn must_be(&self, found: &Sum, what: &dyn Display) -> Result<()> {
        self.must_have_size(found.size, what)?;
        if self.crc32c != found.crc32c {
            return Err(Error::corruption(format!(
                "{what} has checksum {:08x} instead of {:08x}; its bytes are not what was written",
                found.crc32c, self.crc32c
            )));
        }
        Ok(())
    }

    /// `Code::Corruption` that names `what` unless it has `found` bytes.
    pub fn must_have_size(&self, found: u64, what: &dyn Display) -> Result<()> {
        if self.size != found {
            return Err(Error::corruption(format!("{what} has {found} bytes instead of {}", self.size)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_parts_make_the_sum_of_all() {
        let bytes: Vec<u8> = (0..10_000_u32).map(|at| ((at * 7) >> 3) as u8).collect();
        for cut in [0, 1, 4096, 9_999, 10_000] {
            let (one, two) = bytes.split_at(cut);
            assert_eq!(Sum::of(one).followed_by(Sum::of(two)), Sum::of(&bytes));
        }
    }
}
