//! `Decoder`: reads a stream that comes in pieces of any size.

use std::collections::HashSet;
use std::ops::Range;

use super::manifest::Definition;
use super::percent;
use super::stream::{
    Counts, END, FAMILY, FAMILY_END, MAGIC, MAX_JSON, MAX_ROW, MAX_ROWS, RECORD_HEADER, ROW_HEADER, ROWS, SNAPSHOT,
    Title, VERSION,
};
use crate::error::{Code, Error, Result};

/// What comes next in a stream.
#[derive(Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// What the host said of the snapshot.
    Title(Title),
    /// A family begins; its rows follow.
    Family(Definition),
    /// The next row of the family.
    Row {
        /// Above the keys before it.
        key: &'a [u8],
        /// Final: operands have been applied.
        value: &'a [u8],
    },
    /// The family is complete: the counts agree.
    FamilyEnd(Counts),
    /// The stream is complete; nothing may follow.
    End,
}

/// A stream that is being read. Memory is bounded by what is pushed and not yet read, and one record; a record is told from
/// its header to be possible before it is waited for, and its checksum is right before any of it is an event.
#[derive(Debug, Default)]
pub struct Decoder {
    input: Vec<u8>,
    /// Where the unread part of `input` begins.
    at: usize,
    /// The unread rows of the present record.
    rows: Range<usize>,
    place: Place,
    names: HashSet<Vec<u8>>,
    last_key: Vec<u8>,
    family: Counts,
    families: u64,
    total: u64,
    /// The stream was found broken; every later call says so again.
    broken: Option<Error>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Head,
    Start,
    BetweenFamilies,
    InFamily,
    Ended,
}

impl Decoder {
    /// A decoder at the beginning of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next bytes of the stream. Read all events before the next push, or memory grows.
    pub fn push(&mut self, bytes: &[u8]) {
        let used = if self.rows.is_empty() { self.at } else { self.rows.start };
        if used > 0 {
            self.input.drain(..used);
            self.at -= used;
            self.rows = if self.rows.is_empty() { 0..0 } else { 0..self.rows.end - used };
        }
        self.input.extend_from_slice(bytes);
    }

    /// The next event; `None` until more is pushed. `Code::Corruption` for a stream that is not as it was written; from
    /// then on always.
    pub fn read(&mut self) -> Result<Option<Event<'_>>> {
        if let Some(error) = &self.broken {
            return Err(error.clone());
        }
        match self.step() {
            Ok(None) => Ok(None),
            Ok(Some(Step::Row(key, value))) => {
                Ok(Some(Event::Row { key: &self.input[key], value: &self.input[value] }))
            }
            Ok(Some(Step::Title(title))) => Ok(Some(Event::Title(title))),
            Ok(Some(Step::Family(definition))) => Ok(Some(Event::Family(definition))),
            Ok(Some(Step::FamilyEnd(counts))) => Ok(Some(Event::FamilyEnd(counts))),
            Ok(Some(Step::End)) => Ok(Some(Event::End)),
            Err(error) => {
                self.broken = Some(error.clone());
                Err(error)
            }
        }
    }

    /// `Code::Corruption` unless the stream came to its end, and nothing after it.
    pub fn finish(&mut self) -> Result<()> {
        while self.read()?.is_some() {}
        if self.place == Place::Ended { Ok(()) } else { Err(Error::corruption("the stream breaks off before its end")) }
    }

    fn step(&mut self) -> Result<Option<Step>> {
        loop {
            if !self.rows.is_empty() {
                return self.next_row().map(Some);
            }
            match self.place {
                Place::Head => {
                    if !self.read_head()? {
                        return Ok(None);
                    }
                    self.place = Place::Start;
                }
                Place::Ended if self.at == self.input.len() => return Ok(None),
                Place::Ended => return Err(Error::corruption("bytes follow the end of the stream")),
                _ => {
                    let Some((kind, payload)) = self.next_record()? else { return Ok(None) };
                    if let Some(step) = self.take_record(kind, payload)? {
                        return Ok(Some(step));
                    }
                }
            }
        }
    }

    /// Is the head there and right?
    fn read_head(&mut self) -> Result<bool> {
        let unread = &self.input[self.at..];
        let known = unread.len().min(MAGIC.len());
        if unread[..known] != MAGIC[..known] {
            return Err(Error::corruption("these are not the bytes of a Gabion stream"));
        }
        let Some(version) = unread.get(MAGIC.len()..MAGIC.len() + 4) else { return Ok(false) };
        let version = u32_at(version, 0);
        if version != VERSION {
            let text = format!(
                "the stream has version {version}, and this build reads version {VERSION} only; use a newer Gabion"
            );
            return Err(Error::new(Code::Unsupported, text));
        }
        self.at += MAGIC.len() + 4;
        Ok(true)
    }

    /// Type and payload of the next record, once it is complete.
    fn next_record(&mut self) -> Result<Option<(u8, Range<usize>)>> {
        let unread = &self.input[self.at..];
        if unread.len() < RECORD_HEADER {
            // A wrong type is known at once.
            return unread.first().map_or(Ok(()), |&kind| self.check_type(kind)).map(|()| None);
        }
        let (kind, length) = (unread[0], u32_at(unread, 1) as usize);
        self.check_type(kind)?;
        check_length(kind, length, &unread[RECORD_HEADER..])?;
        let end = RECORD_HEADER + length;
        let Some(sum) = unread.get(end..end + 4) else { return Ok(None) };
        if crc32c::crc32c(&unread[..end]) != u32_at(sum, 0) {
            return Err(Error::corruption("a record of the stream has a wrong checksum"));
        }
        let payload = self.at + RECORD_HEADER..self.at + end;
        self.at += end + 4;
        Ok(Some((kind, payload)))
    }

    /// Refuses a record that has no place here.
    fn check_type(&self, kind: u8) -> Result<()> {
        let allowed = match self.place {
            Place::Start => matches!(kind, SNAPSHOT | FAMILY | END),
            Place::BetweenFamilies => matches!(kind, FAMILY | END),
            Place::InFamily => matches!(kind, ROWS | FAMILY_END),
            Place::Head | Place::Ended => false,
        };
        if allowed {
            Ok(())
        } else {
            Err(Error::corruption(format!("a record of type {kind} has no place in the stream here")))
        }
    }

    /// Does what a complete record says; `None` if it has only rows.
    fn take_record(&mut self, kind: u8, payload: Range<usize>) -> Result<Option<Step>> {
        let bytes = &self.input[payload.clone()];
        Ok(Some(match kind {
            SNAPSHOT => {
                let title = Title::from_json(bytes)?;
                self.place = Place::BetweenFamilies;
                Step::Title(title)
            }
            FAMILY => {
                let definition = Definition::from_json(bytes)?;
                if !self.names.insert(definition.name.clone()) {
                    let name = percent::encode(&definition.name);
                    return Err(Error::corruption(format!("the stream has two families {name:?}")));
                }
                self.place = Place::InFamily;
                self.family = Counts::default();
                Step::Family(definition)
            }
            ROWS => {
                self.rows = payload;
                return Ok(None);
            }
            FAMILY_END => {
                let Counts { rows, bytes: size } = self.family;
                self.must_count("a family's rows and bytes", bytes, [rows, size])?;
                self.place = Place::BetweenFamilies;
                self.families += 1;
                self.total += rows;
                Step::FamilyEnd(self.family)
            }
            _ => {
                self.must_count("the stream's families and rows", bytes, [self.families, self.total])?;
                self.place = Place::Ended;
                Step::End
            }
        }))
    }

    fn must_count(&self, what: &str, payload: &[u8], found: [u64; 2]) -> Result<()> {
        if payload == found.map(u64::to_le_bytes).concat() {
            return Ok(());
        }
        Err(Error::corruption(format!("{what} are {} and {}, and not what the stream says", found[0], found[1])))
    }

    fn next_row(&mut self) -> Result<Step> {
        let overrun = || Error::corruption("a row of the stream runs over the end of its record");
        let rows = &self.input[self.rows.clone()];
        let header = rows.get(..ROW_HEADER).ok_or_else(overrun)?;
        let (key, value) = (u32_at(header, 0) as usize, u32_at(header, 4) as usize);
        if key + value > rows.len() - ROW_HEADER {
            return Err(overrun());
        }
        let start = self.rows.start + ROW_HEADER;
        let (key, value) = (start..start + key, start + key..start + key + value);
        let (key_bytes, value_bytes) = (&self.input[key.clone()], &self.input[value.clone()]);
        if self.family.rows > 0 && key_bytes <= self.last_key.as_slice() {
            let shown = |key: &[u8]| percent::encode(&key[..key.len().min(40)]);
            let (key, last) = (shown(key_bytes), shown(&self.last_key));
            return Err(Error::corruption(format!("the keys of a family don't ascend: {key:?} comes after {last:?}")));
        }
        self.family.add(key_bytes, value_bytes);
        self.last_key.clear();
        self.last_key.extend_from_slice(key_bytes);
        self.rows.start = value.end;
        Ok(Step::Row(key, value))
    }
}

/// An event, with places in the input instead of bytes.
enum Step {
    Title(Title),
    Family(Definition),
    Row(Range<usize>, Range<usize>),
    FamilyEnd(Counts),
    End,
}

/// Refuses a length that no record of its type has, as far as the payload's beginning tells.
fn check_length(kind: u8, length: usize, payload: &[u8]) -> Result<()> {
    let possible = match kind {
        SNAPSHOT | FAMILY => length <= MAX_JSON,
        ROWS if length <= MAX_ROWS => length >= ROW_HEADER,
        // A larger one is a single row, which its header tells.
        ROWS => {
            length <= MAX_ROW
                && payload.get(..ROW_HEADER).is_none_or(|header| {
                    ROW_HEADER as u64 + u64::from(u32_at(header, 0)) + u64::from(u32_at(header, 4)) == length as u64
                })
        }
        _ => length == 16,
    };
    if possible {
        return Ok(());
    }
    Err(Error::corruption(format!("a record of type {kind} of the stream can't have {length} bytes")))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
