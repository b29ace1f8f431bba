//! `Scan`: a bounded walk over the rows of one family, in blocks.

use crate::column_family::ColumnFamily;
use crate::error::{Code, Error, Result};
use crate::live::{Kind, Live};
use crate::rocks::{Bounds, Call, Iterator};
use crate::view::View;

/// The keys of a scan: `from <= key < to`, each bound optional.
#[derive(Clone, Debug, Default)]
pub struct ScanRange {
    /// The smallest key of the scan.
    pub from: Option<Vec<u8>>,
    /// The smallest key beyond the scan.
    pub to: Option<Vec<u8>>,
    /// Largest key first.
    pub backward: bool,
}

/// What `fill` did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// Rows written.
    pub rows: usize,
    /// Bytes written.
    pub bytes: usize,
    /// No rows follow.
    pub done: bool,
    /// Bytes that the next row needs; tells how large a buffer must be when no row was written though the scan is not done.
    pub needed: usize,
}

/// A running scan. One thread at a time. It sees the rows of the moment it was made, whatever is written later.
#[derive(Debug)]
pub struct Scan {
    column_family: ColumnFamily,
    iterator: Iterator,
    backward: bool,
    started: bool,
    _live: Live,
}

/// Before each row in a block: the lengths of key and value.
const HEADER: usize = 8;

impl Scan {
    pub(crate) fn new(column_family: &ColumnFamily, range: &ScanRange, view: Option<&View>) -> Result<Scan> {
        let family = column_family.family.rocks()?;
        let bounds = Bounds { lower: range.from.clone(), upper: range.to.clone(), bulk: false };
        let data = &column_family.backend.data;
        let iterator = match view {
            Some(view) => data.iterate_pinned(family, bounds, view.pin_of(&column_family.backend)?)?,
            None => data.iterate(family, bounds)?,
        };
        Ok(Scan {
            column_family: column_family.clone(),
            iterator,
            backward: range.backward,
            started: false,
            _live: Live::new(Kind::Scan),
        })
    }

    /// Writes as many of the next rows into `block` as fit, each as `u32 key length, u32 value length` (little-endian), key, value.
    pub fn fill(&mut self, block: &mut [u8]) -> Result<Filled> {
        let data = &self.column_family.backend.data;
        let call = data.db.read()?;
        if !self.started {
            start(&mut self.iterator, &call, self.backward);
            self.started = true;
        }
        let mut filled = Filled::default();
        loop {
            let Some((key, value)) = self.iterator.row(&call)? else {
                filled.done = true;
                return Ok(filled);
            };
            let rest = block.get_mut(filled.bytes..).unwrap_or_default();
            let Some(written) = write_row(rest, key, value)? else {
                filled.needed = HEADER + key.len() + value.len();
                return Ok(filled);
            };
            filled.bytes += written;
            filled.rows += 1;
            if self.backward { self.iterator.previous(&call) } else { self.iterator.next(&call) }
        }
    }
}

fn start(iterator: &mut Iterator, call: &Call<'_>, backward: bool) {
    if backward { iterator.seek_to_last(call) } else { iterator.seek_to_first(call) }
}

/// Writes one row; the bytes it took, or `None` if it doesn't fit.
fn write_row(block: &mut [u8], key: &[u8], value: &[u8]) -> Result<Option<usize>> {
    let length = |part: &[u8]| {
        u32::try_from(part.len()).map_err(|_| Error::new(Code::Unsupported, "a row in the scan has 4 GiB or more"))
    };
    let (key_length, value_length) = (length(key)?, length(value)?);
    let size = HEADER + key.len() + value.len();
    let Some(row) = block.get_mut(..size) else { return Ok(None) };
    let (header, body) = row.split_at_mut(HEADER);
    header[..4].copy_from_slice(&key_length.to_le_bytes());
    header[4..].copy_from_slice(&value_length.to_le_bytes());
    body[..key.len()].copy_from_slice(key);
    body[key.len()..].copy_from_slice(value);
    Ok(Some(size))
}

/// The rows of a block that `fill` wrote, as (key, value).
pub fn rows(block: &[u8]) -> impl std::iter::Iterator<Item = (&[u8], &[u8])> {
    let mut rest = block;
    std::iter::from_fn(move || {
        let (header, body) = rest.split_at_checked(HEADER)?;
        let length =
            |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]) as usize;
        let (key, body) = body.split_at_checked(length(0))?;
        let (value, after) = body.split_at_checked(length(4))?;
        rest = after;
        Some((key, value))
    })
}
