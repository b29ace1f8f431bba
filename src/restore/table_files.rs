//! `TableFiles`: sorted rows on their way into a family, as table files that it takes in.

use std::path::PathBuf;

use crate::error::Result;
use crate::rocks::{Family, SstWriter};

/// A table file takes no further rows once it has this many bytes.
const FILE_SIZE: u64 = 64 << 20;

/// Files `<prefix>-<n>`, the last one still open.
pub(super) struct TableFiles {
    prefix: PathBuf,
    open: Option<SstWriter>,
    files: Vec<PathBuf>,
}

impl TableFiles {
    pub(super) fn new(prefix: PathBuf) -> TableFiles {
        TableFiles { prefix, open: None, files: Vec::new() }
    }

    /// Adds a row; keys must ascend.
    pub(super) fn put(&mut self, family: &Family, key: &[u8], value: &[u8]) -> Result<()> {
        let file = match &mut self.open {
            Some(file) => file,
            None => {
                let path = PathBuf::from(format!("{}-{}", self.prefix.display(), self.files.len()));
                let file = SstWriter::create(&path, family)?;
                self.files.push(path);
                self.open.insert(file)
            }
        };
        file.put(key, value)?;
        if file.size() >= FILE_SIZE { self.close() } else { Ok(()) }
    }

    fn close(&mut self) -> Result<()> {
        self.open.take().map_or(Ok(()), SstWriter::finish)
    }

    /// Has the family, which must be empty, take all rows in.
    pub(super) fn ingest_into(mut self, family: &Family) -> Result<()> {
        self.close()?;
        if self.files.is_empty() {
            return Ok(());
        }
        fail::fail_point!("restore-table-written");
        family.ingest(&family.database().write()?, &self.files)
    }
}
