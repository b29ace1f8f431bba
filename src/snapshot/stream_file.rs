//! `StreamFile`: one family's rows, or a part of them, as a stream in a local file.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::manifest::Definition;
use super::stream::Encoder;
use crate::error::{Error, Result};
use crate::store::Sum;

/// A stream file that is being written.
pub(super) struct StreamFile {
    encoder: Encoder,
    file: File,
    path: PathBuf,
    block: Vec<u8>,
    /// Of the bytes written so far.
    sum: Sum,
}

impl StreamFile {
    /// A new file, for rows of the family of that definition.
    pub(super) fn create(path: &Path, definition: &Definition) -> Result<StreamFile> {
        let mut encoder = Encoder::new();
        encoder.family(definition)?;
        let file = File::create_new(path).map_err(|error| Error::io("create", path, &error))?;
        Ok(StreamFile { encoder, file, path: path.to_owned(), block: vec![0; 1 << 20], sum: Sum::EMPTY })
    }

    /// Adds a row; keys must ascend.
    pub(super) fn put(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        self.encoder.row(key, value)?;
        if self.encoder.available() >= self.block.len() { self.write() } else { Ok(()) }
    }

    /// Bytes so far.
    pub(super) fn size(&self) -> u64 {
        self.sum.size
    }

    /// Completes the file; what its bytes are.
    pub(super) fn finish(mut self) -> Result<Sum> {
        self.encoder.end_family()?;
        self.encoder.end()?;
        self.write()?;
        Ok(self.sum)
    }

    fn write(&mut self) -> Result<()> {
        loop {
            let length = self.encoder.take(&mut self.block);
            if length == 0 {
                return Ok(());
            }
            let bytes = &self.block[..length];
            self.sum = self.sum.extended(bytes);
            self.file.write_all(bytes).map_err(|error| Error::io("write", &self.path, &error))?;
        }
    }
}
