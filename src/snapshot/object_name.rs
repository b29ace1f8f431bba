//! `ObjectName`: the name of a data file, which says what is in it (docs/snapshot-format.md, section 4).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::id::{Id, decimal, lower_hex};
use super::percent::excerpt;
use crate::error::{Error, Result};
use crate::store::Sum;

/// What kind of file an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FileType {
    /// A table file that RocksDB wrote.
    Sst,
    /// RocksDB's MANIFEST.
    Manifest,
    /// RocksDB's OPTIONS.
    Options,
    /// A table file that Gabion wrote from an iterator.
    Rows,
    /// Rows in the stream format.
    Stream,
}

impl FileType {
    const ALL: [(FileType, &'static str); 5] = [
        (FileType::Sst, "sst"),
        (FileType::Manifest, "manifest"),
        (FileType::Options, "options"),
        (FileType::Rows, "rows"),
        (FileType::Stream, "stream"),
    ];

    fn text(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

/// A file, whoever put it into the directory: equal origins have equal bytes, so a later snapshot reuses the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    /// The backend whose RocksDB wrote the file; for a file that a snapshot job wrote, the job.
    pub backend: Id,
    /// RocksDB's file number, or a counter of the job.
    pub number: u64,
    /// Bytes of the file.
    pub size: u64,
    /// CRC32C of the file.
    pub crc32c: u32,
}

impl Origin {
    /// What the file's bytes must be.
    pub fn sum(&self) -> Sum {
        Sum { size: self.size, crc32c: self.crc32c }
    }
}

/// The name of a data file in a snapshot directory, without `files/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectName {
    /// What is in the file.
    pub origin: Origin,
    /// The job that put the object into the directory.
    pub job: Id,
    /// What kind of file it is.
    pub file_type: FileType,
}

impl ObjectName {
    /// What it is, whichever job put it where.
    pub fn content(&self) -> (Origin, FileType) {
        (self.origin, self.file_type)
    }

    /// The object's name in the store.
    pub fn path(&self) -> String {
        format!("files/{self}")
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Origin { backend, number, size, crc32c } = self.origin;
        write!(f, "{backend}-{number}-{size}-{crc32c:08x}.{}.{}", self.job, self.file_type.text())
    }
}

impl FromStr for ObjectName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        parse(text).ok_or_else(|| Error::corruption(format!("{:?} is not the name of a data file", excerpt(text))))
    }
}

impl Serialize for ObjectName {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ObjectName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(|error: Error| de::Error::custom(error.message))
    }
}

fn parse(text: &str) -> Option<ObjectName> {
    let (origin, rest) = text.split_once('.')?;
    let (job, file_type) = rest.split_once('.')?;
    let mut parts = origin.split('-');
    let name = ObjectName {
        origin: Origin {
            backend: parts.next()?.parse().ok()?,
            number: decimal(parts.next()?)?,
            size: decimal(parts.next()?)?,
            crc32c: u32::try_from(lower_hex(parts.next()?, 8)?).ok()?,
        },
        job: job.parse().ok()?,
        file_type: FileType::ALL.iter().find(|(_, text)| *text == file_type)?.0,
    };
    parts.next().is_none().then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAME: &str = "0000000000000000000000000000000a-12-1048576-01234567.0000000000000000000000000000000b.sst";

    #[test]
    fn a_name_says_what_is_in_the_file() {
        let name: ObjectName = NAME.parse().unwrap();
        let origin = Origin { backend: Id(10), number: 12, size: 1 << 20, crc32c: 0x0123_4567 };
        assert_eq!(name, ObjectName { origin, job: Id(11), file_type: FileType::Sst });
        assert_eq!(name.path(), format!("files/{NAME}"));
    }

    #[test]
    fn every_file_type_survives_its_text() {
        for (file_type, text) in FileType::ALL {
            assert_eq!(file_type.text(), text);
            let name = NAME.replace("sst", text);
            assert_eq!(name.parse::<ObjectName>().unwrap().file_type, file_type);
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for hostile in [
            "".to_owned(),
            "../../etc/passwd".to_owned(),
            format!("/{NAME}"),
            format!("../{NAME}"),
            format!("{NAME}/x"),
            format!("{NAME}.sst"),
            format!("{NAME}\0"),
            format!("{NAME} "),
            format!("{NAME}#1"),
            NAME.replace("-12-", "-012-"),
            NAME.replace("-12-", "-+12-"),
            NAME.replace("-12-", "-12-12-"),
            NAME.replace("1048576", "9223372036854775808"),
            NAME.replace("01234567", "1234567"),
            NAME.replace("01234567", "0123456G"),
            NAME.replace("sst", "exe"),
            NAME.replace('a', "A"),
        ] {
            assert!(hostile.parse::<ObjectName>().is_err(), "{hostile:?}");
        }
    }

    proptest! {
        #[test]
        fn a_mutated_name_is_refused_or_is_its_own_text(at in 0..NAME.len(), byte in 0u8..128) {
            let mut bytes = NAME.as_bytes().to_vec();
            bytes[at] = byte;
            let text = String::from_utf8(bytes).unwrap();
            if let Ok(name) = text.parse::<ObjectName>() {
                prop_assert_eq!(name.to_string(), text);
            }
        }
    }
}
