//! Arguments and answers of cold calls in one array: little-endian numbers, and bytes with their length in front.
//! The counterparts are `Packer.java` and `Unpacker.java`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use jni::Env;
use jni::objects::JByteArray;

use crate::error::{Code, Error, Result};
use crate::options::Options;

/// The contents of a Java array.
pub(super) fn bytes(env: &Env<'_>, array: &JByteArray<'_>) -> Result<Vec<u8>> {
    Ok(env.convert_byte_array(array)?)
}

/// A packed map of options.
pub(super) fn options(packed: &[u8]) -> Result<Options> {
    let mut reader = Reader(packed);
    let mut options = Options::new();
    for _ in 0..reader.int()? {
        let (name, value) = (reader.text()?, reader.text()?);
        options.set(name, value)?;
    }
    Ok(options)
}

/// Takes apart what Java packed.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn int(&mut self) -> Result<i32> {
        Ok(i32::from_le_bytes(self.array()?))
    }

    pub(super) fn long(&mut self) -> Result<i64> {
        Ok(i64::from_le_bytes(self.array()?))
    }

    pub(super) fn bytes(&mut self) -> Result<&'a [u8]> {
        self.optional()?.ok_or_else(misfit)
    }

    pub(super) fn optional(&mut self) -> Result<Option<&'a [u8]>> {
        match self.int()? {
            -1 => Ok(None),
            length => self.split(usize::try_from(length).map_err(|_| misfit())?).map(Some),
        }
    }

    pub(super) fn text(&mut self) -> Result<&'a str> {
        text(self.bytes()?)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.split(N)?.try_into().map_err(|_| misfit())
    }

    fn split(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or_else(misfit)?;
        self.0 = rest;
        Ok(taken)
    }
}

/// Bytes that Java made of a string.
pub(super) fn text(bytes: &[u8]) -> Result<&str> {
    str::from_utf8(bytes).map_err(|_| misfit())
}

/// A path, which Java hands over as the file system's own bytes.
pub(super) fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(bytes))
}

fn misfit() -> Error {
    Error::new(Code::Panic, "a bug in Gabion: Java and the native library pack arguments differently; report it")
}

/// Puts together what Java takes apart.
#[derive(Default)]
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn int(&mut self, value: i32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn long(&mut self, value: i64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    /// An unsigned number; one that Java's `long` can't hold is shown as the largest that it can.
    pub(super) fn number(&mut self, value: u64) {
        self.long(saturating(value));
    }

    pub(super) fn count(&mut self, value: usize) -> Result<()> {
        self.int(i32::try_from(value).map_err(|_| too_large(value))?);
        Ok(())
    }

    pub(super) fn bytes(&mut self, value: &[u8]) -> Result<()> {
        self.count(value.len())?;
        self.0.extend_from_slice(value);
        Ok(())
    }

    pub(super) fn optional(&mut self, value: Option<&[u8]>) -> Result<()> {
        match value {
            Some(value) => self.bytes(value),
            None => {
                self.int(-1);
                Ok(())
            }
        }
    }

    pub(super) fn into_array<'local>(self, env: &mut Env<'local>) -> Result<JByteArray<'local>> {
        array(env, &self.0)
    }
}

/// A Java array with these contents.
pub(super) fn array<'local>(env: &mut Env<'local>, bytes: &[u8]) -> Result<JByteArray<'local>> {
    if i32::try_from(bytes.len()).is_err() {
        return Err(too_large(bytes.len()));
    }
    Ok(env.byte_array_from_slice(bytes)?)
}

/// The number as Java's `long`, or the largest that it can hold.
pub(super) fn saturating(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn too_large(size: usize) -> Error {
    let text = format!("the answer has {size} bytes or entries, more than a Java array holds; ask for less at once");
    Error::new(Code::Unsupported, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_writer_wrote_the_reader_reads() {
        let mut writer = Writer::default();
        writer.int(-7);
        writer.number(u64::MAX);
        writer.bytes(b"key").unwrap();
        writer.optional(None).unwrap();
        writer.optional(Some(b"")).unwrap();
        let mut reader = Reader(&writer.0);
        assert_eq!(reader.int().unwrap(), -7);
        assert_eq!(reader.long().unwrap(), i64::MAX);
        assert_eq!(reader.text().unwrap(), "key");
        assert_eq!(reader.optional().unwrap(), None);
        assert_eq!(reader.optional().unwrap(), Some(&b""[..]));
        assert!(reader.0.is_empty());
    }

    #[test]
    fn arguments_that_are_cut_short_or_senseless_are_an_error() {
        for packed in
            [&b""[..], b"\x01\0\0", b"\x05\0\0\0abcd", b"\xfe\xff\xff\xff", b"\xff\xff\xff\xff", b"\x01\0\0\0\xff"]
        {
            assert_eq!(Reader(packed).text().unwrap_err().code, Code::Panic, "{packed:?}");
        }
    }
}
