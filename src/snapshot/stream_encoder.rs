//! `Encoder`: writes a stream, which its owner takes away block by block.

#![expect(clippy::cast_possible_truncation, reason = "MAX_ROW and MAX_JSON keep every length below 2^32")]

use super::manifest::Definition;
use super::stream::{
    Counts, END, FAMILY, FAMILY_END, MAGIC, MAX_JSON, MAX_ROW, MAX_ROWS, RECORD_HEADER, ROW_HEADER, ROWS, SNAPSHOT,
    Title, VERSION,
};
use crate::error::{Error, Result};

/// A stream in the making. Calls in another order than the format's are `Code::InvalidArgument`. Memory is bounded by what
/// is not yet taken, and one record.
#[derive(Debug)]
pub struct Encoder {
    /// Complete records, and from `open` on the rows record that is being filled.
    out: Vec<u8>,
    /// Where the unfinished rows record begins, if there is one.
    open: Option<usize>,
    /// What was taken of `out`.
    taken: usize,
    place: Place,
    last_key: Vec<u8>,
    family: Counts,
    families: u64,
    rows: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Start,
    BetweenFamilies,
    InFamily,
    Ended,
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Encoder {
    /// A stream with nothing in it but its head.
    pub fn new() -> Self {
        Self {
            out: [MAGIC.as_slice(), &VERSION.to_le_bytes()].concat(),
            open: None,
            taken: 0,
            place: Place::Start,
            last_key: Vec::new(),
            family: Counts::default(),
            families: 0,
            rows: 0,
        }
    }

    /// Says of what snapshot it is; first, or not at all.
    pub fn title(&mut self, title: &Title) -> Result<()> {
        self.must_be(&[Place::Start], "a title")?;
        self.record(SNAPSHOT, &json(title.to_json()?)?);
        self.place = Place::BetweenFamilies;
        Ok(())
    }

    /// Begins a family.
    pub fn family(&mut self, definition: &Definition) -> Result<()> {
        self.must_be(&[Place::Start, Place::BetweenFamilies], "a family")?;
        self.record(FAMILY, &json(definition.to_json()?)?);
        self.place = Place::InFamily;
        self.family = Counts::default();
        self.last_key.clear();
        Ok(())
    }

    /// Adds a row to the family; keys must ascend.
    pub fn row(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        self.must_be(&[Place::InFamily], "a row")?;
        let size = ROW_HEADER + key.len() + value.len();
        if size > MAX_ROW {
            return Err(Error::invalid(format!("a row of {size} bytes is over the limit of {MAX_ROW}")));
        }
        if self.family.rows > 0 && key <= self.last_key.as_slice() {
            return Err(Error::invalid("the rows of a family must come with ascending keys"));
        }
        if self.open.is_some_and(|start| self.out.len() - start - RECORD_HEADER + size > MAX_ROWS) {
            self.close_rows();
        }
        if self.open.is_none() {
            self.open = Some(self.out.len());
            self.out.extend_from_slice(&[ROWS, 0, 0, 0, 0]);
        }
        for length in [key.len(), value.len()] {
            self.out.extend_from_slice(&(length as u32).to_le_bytes());
        }
        self.out.extend_from_slice(key);
        self.out.extend_from_slice(value);
        self.family.add(key, value);
        self.last_key.clear();
        self.last_key.extend_from_slice(key);
        Ok(())
    }

    /// Ends the family; answers what was in it.
    pub fn end_family(&mut self) -> Result<Counts> {
        self.must_be(&[Place::InFamily], "the end of a family")?;
        self.close_rows();
        let Counts { rows, bytes } = self.family;
        self.record(FAMILY_END, &[rows.to_le_bytes(), bytes.to_le_bytes()].concat());
        self.place = Place::BetweenFamilies;
        self.families += 1;
        self.rows += rows;
        Ok(self.family)
    }

    /// Ends the stream.
    pub fn end(&mut self) -> Result<()> {
        self.must_be(&[Place::Start, Place::BetweenFamilies], "the end of the stream")?;
        self.record(END, &[self.families.to_le_bytes(), self.rows.to_le_bytes()].concat());
        self.place = Place::Ended;
        Ok(())
    }

    /// How many bytes can be taken now. Rows become so when their record is full or their family ends.
    pub fn available(&self) -> usize {
        self.open.unwrap_or(self.out.len()) - self.taken
    }

    /// Moves the next bytes of the stream into `block`, as many as fit and are available; answers how many.
    pub fn take(&mut self, block: &mut [u8]) -> usize {
        let length = self.available().min(block.len());
        block[..length].copy_from_slice(&self.out[self.taken..self.taken + length]);
        self.taken += length;
        if self.available() == 0 {
            // The unfinished record, if any, moves to the front.
            self.out.drain(..self.taken);
            self.open = self.open.map(|start| start - self.taken);
            self.taken = 0;
        }
        length
    }

    fn must_be(&self, places: &[Place], what: &str) -> Result<()> {
        if places.contains(&self.place) {
            return Ok(());
        }
        Err(Error::invalid(format!("{what} has no place in the stream here ({:?})", self.place)))
    }

    fn record(&mut self, kind: u8, payload: &[u8]) {
        let start = self.out.len();
        self.out.push(kind);
        self.out.extend_from_slice(&(payload.len() as u32).to_le_bytes());
        self.out.extend_from_slice(payload);
        let sum = crc32c::crc32c(&self.out[start..]);
        self.out.extend_from_slice(&sum.to_le_bytes());
    }

    fn close_rows(&mut self) {
        let Some(start) = self.open.take() else { return };
        let length = (self.out.len() - start - RECORD_HEADER) as u32;
        self.out[start + 1..start + RECORD_HEADER].copy_from_slice(&length.to_le_bytes());
        let sum = crc32c::crc32c(&self.out[start..]);
        self.out.extend_from_slice(&sum.to_le_bytes());
    }
}

/// Refuses a payload that no reader would take.
fn json(payload: Vec<u8>) -> Result<Vec<u8>> {
    if payload.len() > MAX_JSON {
        return Err(Error::invalid(format!(
            "a description of {} bytes is over the limit of {MAX_JSON}",
            payload.len()
        )));
    }
    Ok(payload)
}
