//! The stream format: a portable snapshot's rows as one stream of bytes (docs/snapshot-format.md, section 6). What the
//! writing and the reading side share; they are `stream_encoder` and `stream_decoder`.

use serde::{Deserialize, Serialize};

use super::manifest_check::{MAX_ID, MAX_METADATA, limit};
use super::percent;
use crate::error::{Error, Result};

pub use super::stream_decoder::{Decoder, Event};
pub use super::stream_encoder::Encoder;

/// The stream's first bytes, before its version.
pub(super) const MAGIC: &[u8; 8] = b"GABIONST";
pub(super) const VERSION: u32 = 1;
/// Bytes before a record's payload: type and length.
pub(super) const RECORD_HEADER: usize = 5;
/// Bytes before a row's key: the lengths of key and value.
pub(super) const ROW_HEADER: usize = 8;
/// A rows record has a larger payload only if it is a single row.
pub(super) const MAX_ROWS: usize = 1 << 20;
/// Bytes of a row, with its header.
pub(super) const MAX_ROW: usize = u32::MAX as usize - 56;
/// Bytes of a JSON payload: descriptor or metadata may triple in percent form.
pub(super) const MAX_JSON: usize = 128 << 20;

/// Types of records.
pub(super) const SNAPSHOT: u8 = 1;
pub(super) const FAMILY: u8 = 2;
pub(super) const ROWS: u8 = 3;
pub(super) const FAMILY_END: u8 = 4;
pub(super) const END: u8 = 5;

/// What the host said of the snapshot that the stream is: its first record in a stream that a host pulls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Title {
    /// The host's id.
    #[serde(with = "percent")]
    pub id: Vec<u8>,
    /// The host's metadata.
    #[serde(with = "percent")]
    pub metadata: Vec<u8>,
    /// Milliseconds since 1970-01-01 UTC.
    pub created: u64,
}

impl Title {
    pub(super) fn to_json(&self) -> Result<Vec<u8>> {
        self.check().map_err(|error| Error::invalid(error.message))?;
        serde_json::to_vec(self).map_err(|error| Error::invalid(format!("cannot write JSON: {error}")))
    }

    pub(super) fn from_json(json: &[u8]) -> Result<Self> {
        let title: Self = serde_json::from_slice(json)
            .map_err(|error| Error::corruption(format!("the title of the stream is malformed: {error}")))?;
        title.check()?;
        Ok(title)
    }

    fn check(&self) -> Result<()> {
        limit("bytes of the host's id", self.id.len(), MAX_ID)?;
        limit("bytes of the host's metadata", self.metadata.len(), MAX_METADATA)
    }
}

/// Counts of a family's rows, at its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many.
    pub rows: u64,
    /// Of keys and values.
    pub bytes: u64,
}

impl Counts {
    pub(super) fn add(&mut self, key: &[u8], value: &[u8]) {
        self.rows += 1;
        self.bytes += key.len() as u64 + value.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::manifest::Definition;
    use super::*;
    use crate::error::{Code, Result};
    use crate::kinds::{MemtableKind, MergeKind};

    type Row = (Vec<u8>, Vec<u8>);

    /// What a stream holds, as plain data.
    #[derive(Clone, Debug, Default, PartialEq)]
    struct Contents {
        title: Option<Title>,
        families: Vec<(Definition, Vec<Row>)>,
    }

    fn definition(name: &[u8]) -> Definition {
        Definition {
            name: name.to_vec(),
            descriptor: vec![0, b'%', 255],
            merge: MergeKind::StringAppend(0),
            memtable: MemtableKind::HashLinkList,
            options: BTreeMap::from([("write_buffer_size".to_owned(), "8388608".to_owned())]),
        }
    }

    fn title() -> Title {
        Title { id: b"host id".to_vec(), metadata: vec![0, 1, 255], created: 1_767_225_600_000 }
    }

    fn encode(contents: &Contents) -> Vec<u8> {
        let mut encoder = Encoder::new();
        let mut stream = Vec::new();
        let mut block = [0; 64];
        let mut drain = |encoder: &mut Encoder| {
            while encoder.available() > 0 {
                let length = encoder.take(&mut block);
                stream.extend_from_slice(&block[..length]);
            }
        };
        if let Some(title) = &contents.title {
            encoder.title(title).unwrap();
        }
        for (definition, rows) in &contents.families {
            encoder.family(definition).unwrap();
            for (key, value) in rows {
                encoder.row(key, value).unwrap();
                drain(&mut encoder);
            }
            let counts = encoder.end_family().unwrap();
            assert_eq!(counts.rows, rows.len() as u64);
        }
        encoder.end().unwrap();
        drain(&mut encoder);
        stream
    }

    /// Reads `stream` in pieces that end at `cuts`.
    fn decode(stream: &[u8], cuts: &[usize]) -> Result<Contents> {
        let mut contents = Contents::default();
        let mut decoder = Decoder::new();
        let mut ended = false;
        let mut start = 0;
        for &end in cuts.iter().chain([&stream.len()]) {
            decoder.push(&stream[start..end]);
            start = end;
            while let Some(event) = decoder.read()? {
                match event {
                    Event::Title(title) => contents.title = Some(title),
                    Event::Family(definition) => contents.families.push((definition, Vec::new())),
                    Event::Row { key, value } => {
                        contents.families.last_mut().unwrap().1.push((key.to_vec(), value.to_vec()));
                    }
                    Event::FamilyEnd(counts) => {
                        assert_eq!(counts.rows, contents.families.last().unwrap().1.len() as u64);
                    }
                    Event::End => ended = true,
                }
            }
        }
        decoder.finish()?;
        assert!(ended);
        Ok(contents)
    }

    fn small() -> Contents {
        let rows = vec![(vec![], b"empty key".to_vec()), (b"a".to_vec(), vec![]), (b"b".to_vec(), vec![0; 40])];
        Contents {
            title: Some(title()),
            families: vec![
                (definition(b""), rows),
                (definition(b"none"), vec![]),
                (definition(b"\0x"), vec![(vec![1], vec![2])]),
            ],
        }
    }

    fn contents() -> impl Strategy<Value = Contents> {
        let bytes = |most| proptest::collection::vec(any::<u8>(), 0..most);
        let rows = proptest::collection::btree_map(bytes(8), bytes(40), 0..20);
        let families = proptest::collection::btree_map(bytes(6), rows, 0..4);
        (any::<bool>(), families).prop_map(|(titled, families)| Contents {
            title: titled.then(title),
            families: families
                .into_iter()
                .map(|(name, rows)| (definition(&name), rows.into_iter().collect()))
                .collect(),
        })
    }

    /// The same stream with every checksum made right again: what is left to find is what the records say.
    fn with_right_checksums(mut stream: Vec<u8>) -> Vec<u8> {
        let mut at = MAGIC.len() + 4;
        while let Some(header) = stream.get(at..at + RECORD_HEADER) {
            let end = at + RECORD_HEADER + u32::from_le_bytes(header[1..].try_into().unwrap()) as usize;
            if end + 4 > stream.len() {
                break;
            }
            let sum = crc32c::crc32c(&stream[at..end]).to_le_bytes();
            stream[end..end + 4].copy_from_slice(&sum);
            at = end + 4;
        }
        stream
    }

    fn record(kind: u8, payload: &[u8]) -> Vec<u8> {
        let mut record = vec![kind];
        record.extend((payload.len() as u32).to_le_bytes());
        record.extend(payload);
        record.extend(crc32c::crc32c(&record).to_le_bytes());
        record
    }

    fn row(key: &[u8], value: &[u8]) -> Vec<u8> {
        [&(key.len() as u32).to_le_bytes(), &(value.len() as u32).to_le_bytes(), key, value].concat()
    }

    fn counts(first: u64, second: u64) -> Vec<u8> {
        [first.to_le_bytes(), second.to_le_bytes()].concat()
    }

    #[test]
    fn the_bytes_are_those_of_the_format() {
        let contents =
            Contents { title: None, families: vec![(definition(b"f"), vec![(b"k".to_vec(), b"value".to_vec())])] };
        let json = br#"{"name":"f","descriptor":"%00%25%FF","merge":"string-append","delimiter":0,"memtable":"hash-link-list","options":{"write_buffer_size":"8388608"}}"#;
        let expected = [
            b"GABIONST\x01\0\0\0".to_vec(),
            record(2, json),
            record(3, b"\x01\0\0\0\x05\0\0\0kvalue"),
            record(4, &counts(1, 6)),
            record(5, &counts(1, 1)),
        ];
        assert_eq!(encode(&contents), expected.concat());
    }

    #[test]
    fn an_empty_stream_is_a_stream() {
        let empty = Contents::default();
        assert_eq!(decode(&encode(&empty), &[]).unwrap(), empty);
    }

    #[test]
    fn a_stream_is_read_byte_by_byte() {
        let stream = encode(&small());
        let cuts: Vec<usize> = (0..stream.len()).collect();
        assert_eq!(decode(&stream, &cuts).unwrap(), small());
    }

    #[test]
    fn a_stream_that_breaks_off_anywhere_is_refused() {
        let stream = encode(&small());
        for length in 0..stream.len() {
            assert_eq!(decode(&stream[..length], &[]).unwrap_err().code, Code::Corruption, "{length}");
        }
    }

    #[test]
    fn no_changed_byte_passes() {
        let stream = encode(&small());
        for at in 0..stream.len() {
            for flip in [1, 0x80, 0xff] {
                let mut changed = stream.clone();
                changed[at] ^= flip;
                assert!(decode(&changed, &[]).is_err(), "byte {at}");
            }
        }
    }

    #[test]
    fn large_rows_and_full_records_survive() {
        let sizes = [MAX_ROWS - ROW_HEADER - 1, MAX_ROWS - ROW_HEADER, 3 << 20, 5, 700_000, 700_000, 0];
        let rows: Vec<Row> = sizes.iter().zip(0u8..).map(|(&size, key)| (vec![key], vec![key; size])).collect();
        let contents = Contents { title: None, families: vec![(definition(b"large"), rows)] };
        let stream = encode(&contents);
        let cuts: Vec<usize> = (0..stream.len()).step_by(100_003).collect();
        assert_eq!(decode(&stream, &cuts).unwrap(), contents);
    }

    #[test]
    fn memory_of_the_encoder_is_one_record_when_it_is_drained() {
        let mut encoder = Encoder::new();
        encoder.family(&definition(b"f")).unwrap();
        let mut block = vec![0; 64 << 10];
        for key in 0u32..100_000 {
            encoder.row(&key.to_be_bytes(), &[7; 100]).unwrap();
            assert!(encoder.available() <= MAX_ROWS + RECORD_HEADER + 4 + 300, "{}", encoder.available());
            while encoder.available() > 0 {
                encoder.take(&mut block);
            }
        }
    }

    #[test]
    fn calls_out_of_order_are_refused_and_change_nothing() {
        let mut encoder = Encoder::new();
        assert_eq!(encoder.row(b"k", b"v").unwrap_err().code, Code::InvalidArgument);
        assert!(encoder.end_family().is_err());
        encoder.title(&title()).unwrap();
        assert!(encoder.title(&title()).is_err());
        encoder.family(&definition(b"f")).unwrap();
        assert!(encoder.end().is_err());
        encoder.row(b"b", b"").unwrap();
        assert!(encoder.row(b"b", b"").is_err());
        assert!(encoder.row(b"a", b"").is_err());
        encoder.end_family().unwrap();
        encoder.end().unwrap();
        assert!(encoder.family(&definition(b"g")).is_err());
        let mut stream = vec![0; encoder.available()];
        encoder.take(&mut stream);
        let rows = vec![(b"b".to_vec(), vec![])];
        let expected = Contents { title: Some(title()), families: vec![(definition(b"f"), rows)] };
        assert_eq!(decode(&stream, &[]).unwrap(), expected);
    }

    #[test]
    fn streams_that_contradict_themselves_are_refused() {
        let head = b"GABIONST\x01\0\0\0".to_vec();
        let family = |name: &[u8]| record(FAMILY, &definition(name).to_json().unwrap());
        let two_rows = [row(b"a", b"1"), row(b"b", b"2")].concat();
        let end = |families, rows| record(END, &counts(families, rows));
        let good =
            vec![head.clone(), family(b"f"), record(ROWS, &two_rows), record(FAMILY_END, &counts(2, 4)), end(1, 2)];
        assert!(decode(&good.concat(), &[]).is_ok());
        let with = |at: usize, replacement: Vec<u8>| {
            let mut parts = good.clone();
            parts[at] = replacement;
            parts.concat()
        };
        let descending = [row(b"b", b"1"), row(b"a", b"2")].concat();
        let equal = [row(b"a", b"1"), row(b"a", b"2")].concat();
        let mut long_row = row(b"a", b"1");
        long_row[4] = 200;
        let bad = [
            ("counts of rows", with(3, record(FAMILY_END, &counts(3, 4)))),
            ("counts of bytes", with(3, record(FAMILY_END, &counts(2, 5)))),
            ("counts of families", with(4, end(2, 2))),
            ("total of rows", with(4, end(1, 3))),
            ("no family end", with(3, vec![])),
            ("no family", with(1, vec![])),
            ("two ends", with(4, [end(1, 2), end(1, 2)].concat())),
            ("a byte after the end", with(4, [end(1, 2), vec![0]].concat())),
            ("descending keys", with(2, record(ROWS, &descending))),
            ("equal keys", with(2, record(ROWS, &equal))),
            ("equal keys across records", with(2, [record(ROWS, &two_rows), record(ROWS, &row(b"b", b""))].concat())),
            ("a row over its record", with(2, record(ROWS, &long_row))),
            ("half a row header", with(2, record(ROWS, &two_rows[..15]))),
            ("an empty rows record", with(2, record(ROWS, b""))),
            (
                "two large rows in one record",
                with(2, record(ROWS, &[row(b"a", &[0; MAX_ROWS]), row(b"b", b"")].concat())),
            ),
            (
                "two families of one name",
                with(4, [family(b"f"), record(FAMILY_END, &counts(0, 0)), end(2, 2)].concat()),
            ),
            ("a title in the middle", with(4, [record(SNAPSHOT, &title().to_json().unwrap()), end(1, 2)].concat())),
            ("an unknown record", with(4, record(9, b""))),
            ("JSON that isn't", with(1, record(FAMILY, b"{"))),
            ("an end of a wrong length", with(4, record(END, b"12345678"))),
            ("another magic", with(0, b"GABIONSU\x01\0\0\0".to_vec())),
        ];
        for (what, stream) in bad {
            assert_eq!(decode(&stream, &[]).unwrap_err().code, Code::Corruption, "{what}");
        }
        let newer = decode(&with(0, b"GABIONST\x02\0\0\0".to_vec()), &[]).unwrap_err();
        assert_eq!(newer.code, Code::Unsupported);
        assert!(newer.message.contains("version 2"), "{newer}");
    }

    #[test]
    fn an_impossible_length_is_refused_before_its_bytes_come() {
        let family = record(FAMILY, &definition(b"f").to_json().unwrap());
        let rows = [vec![ROWS], u32::MAX.to_le_bytes().to_vec()].concat();
        let two_rows = [vec![ROWS], (2u32 << 20).to_le_bytes().to_vec(), row(b"a", b"")].concat();
        let json = [vec![SNAPSHOT], (1u32 << 30).to_le_bytes().to_vec()].concat();
        for (before, bad) in [(family.as_slice(), rows), (family.as_slice(), two_rows), (&[], json)] {
            let mut decoder = Decoder::new();
            decoder.push(&[b"GABIONST\x01\0\0\0", before, &bad].concat());
            let error =
                std::iter::repeat_with(|| decoder.read().map(|event| event.is_some())).take(5).find_map(Result::err);
            assert_eq!(error.unwrap().code, Code::Corruption);
            assert!(decoder.read().is_err(), "a broken stream stays broken");
        }
    }

    proptest! {
        #[test]
        fn any_contents_survive_any_split(
            contents in contents(),
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            let stream = encode(&contents);
            let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
            cuts.sort_unstable();
            prop_assert_eq!(decode(&stream, &cuts).unwrap(), contents);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(decode(&bytes, &[]).is_err());
            prop_assert!(decode(&[b"GABIONST\x01\0\0\0".as_slice(), &bytes].concat(), &[]).is_err());
        }

        #[test]
        fn mutations_with_right_checksums_never_panic_and_never_break_order(
            contents in contents(),
            at in any::<prop::sample::Index>(),
            byte in any::<u8>(),
        ) {
            let mut stream = encode(&contents);
            let at = at.index(stream.len());
            stream[at] = byte;
            if let Ok(found) = decode(&with_right_checksums(stream), &[]) {
                for (_, rows) in &found.families {
                    prop_assert!(rows.windows(2).all(|pair| pair[0].0 < pair[1].0));
                }
            }
        }
    }
}
