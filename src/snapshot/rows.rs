//! Rows of a family as they were at a barrier, in files of Gabion's own: table files for a fall-back, stream files for a portable snapshot.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::local_file::sum_of;
use super::manifest::Definition;
use super::stream_file::StreamFile;
use crate::backend::Inner;
use crate::column_family::Family;
use crate::error::Result;
use crate::rocks::{Bounds, Iterator, Pin, SstWriter};
use crate::store::{Control, Sum};

/// A file takes no further rows once it has this many bytes.
const FILE_SIZE: u64 = 64 << 20;
/// Rows read between two looks at the cancel flag and at the backend's being open.
const STEP: usize = 1024;

/// A file of rows that was written.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) path: PathBuf,
    pub(super) rows: u64,
    pub(super) first: Vec<u8>,
    pub(super) last: Vec<u8>,
    pub(super) sum: Sum,
}

/// Which kind of file is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Format<'a> {
    /// Table files with the family's options.
    Tables,
    /// Stream files, each with the family's definition.
    Stream(&'a Definition),
}

/// Takes a row; `false` ends the step.
pub(super) type Take<'a> = dyn FnMut(&[u8], &[u8]) -> Result<bool> + 'a;

/// A walk over the rows that a pin holds, some at a time, so that a close never waits for a whole family.
pub(super) struct Walk {
    backend: Arc<Inner>,
    iterator: Iterator,
    started: bool,
}

impl Walk {
    pub(super) fn new(backend: &Arc<Inner>, family: &Family, pin: &Pin) -> Result<Walk> {
        let bounds = Bounds { bulk: true, ..Bounds::default() };
        let iterator = backend.data.iterate_pinned(&family.rocks, bounds, pin)?;
        Ok(Walk { backend: Arc::clone(backend), iterator, started: false })
    }

    /// Gives up to `limit` of the next rows to `take`; whether there are more.
    pub(super) fn step(&mut self, limit: usize, take: &mut Take<'_>) -> Result<bool> {
        let call = self.backend.data.db.read()?;
        if !self.started {
            self.iterator.seek_to_first(&call);
            self.started = true;
        }
        for _ in 0..limit {
            let Some((key, value)) = self.iterator.row(&call)? else { return Ok(false) };
            let go_on = take(key, value)?;
            self.iterator.next(&call);
            if !go_on {
                break;
            }
        }
        Ok(self.iterator.row(&call)?.is_some())
    }
}

/// Writes all rows of `family` into files `<prefix>-<n>` in `directory`, in key order, none empty.
pub(super) fn write(
    backend: &Arc<Inner>,
    family: &Family,
    pin: &Pin,
    format: Format<'_>,
    (directory, prefix): (&Path, &str),
    control: &Control,
) -> Result<Vec<Written>> {
    fail::fail_point!("rows-begun");
    let mut walk = Walk::new(backend, family, pin)?;
    let mut written = Vec::new();
    let mut more = true;
    while more {
        let path = directory.join(format!("{prefix}-{}", written.len()));
        let mut file: Option<Open> = None;
        while more && file.as_ref().is_none_or(|file| file.sink.size() < FILE_SIZE) {
            control.check()?;
            more = walk.step(STEP, &mut |key, value| {
                let open = match &mut file {
                    Some(open) => open,
                    None => file.insert(Open::create(&path, family, format, key)?),
                };
                open.put(key, value)?;
                Ok(open.sink.size() < FILE_SIZE)
            })?;
        }
        written.extend(file.map(|file| file.finish(path)).transpose()?);
    }
    Ok(written)
}

/// A file that is being written.
struct Open {
    sink: Sink,
    rows: u64,
    first: Vec<u8>,
    last: Vec<u8>,
}

enum Sink {
    Table(SstWriter),
    Stream(Box<StreamFile>),
}

impl Open {
    fn create(path: &Path, family: &Family, format: Format<'_>, first: &[u8]) -> Result<Open> {
        let sink = match format {
            Format::Tables => Sink::Table(SstWriter::create(path, &family.rocks)?),
            Format::Stream(definition) => Sink::Stream(Box::new(StreamFile::create(path, definition)?)),
        };
        Ok(Open { sink, rows: 0, first: first.to_vec(), last: Vec::new() })
    }

    fn put(&mut self, key: &[u8], value: &[u8]) -> Result<()> {
        match &mut self.sink {
            Sink::Table(table) => table.put(key, value)?,
            Sink::Stream(stream) => stream.put(key, value)?,
        }
        self.rows += 1;
        self.last.clear();
        self.last.extend_from_slice(key);
        Ok(())
    }

    fn finish(self, path: PathBuf) -> Result<Written> {
        let sum = match self.sink {
            Sink::Table(table) => {
                table.finish()?;
                sum_of(&path)?
            }
            Sink::Stream(stream) => stream.finish()?,
        };
        Ok(Written { path, rows: self.rows, first: self.first, last: self.last, sum })
    }
}

impl Sink {
    fn size(&self) -> u64 {
        match self {
            Sink::Table(table) => table.size(),
            Sink::Stream(stream) => stream.size(),
        }
    }
}
