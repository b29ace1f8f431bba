//! `Walk`: the rows of one family in one input, in key order.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::KeyRange;
use super::rows::Opened;
use crate::error::{Error, Result};
use crate::rocks::{Bounds, Db, Iterator};
use crate::snapshot::manifest::{Definition, Rows, RowsFile};
use crate::snapshot::stream::{Decoder, Event};
use crate::store::Link;

/// A position in the rows of one input that lie in the range.
pub(super) struct Walk<'a> {
    opened: &'a Opened<'a>,
    range: &'a KeyRange,
    source: From<'a>,
    /// The present row; `None` at the end.
    row: Option<(Vec<u8>, Vec<u8>)>,
}

enum From<'a> {
    Database { db: Arc<Db>, iterator: Iterator },
    Streams { name: Vec<u8>, rest: std::slice::Iter<'a, RowsFile>, open: Option<Box<StreamReader>>, folder: PathBuf },
}

impl<'a> Walk<'a> {
    /// At the first row; `None` if the input has no such family. Stream files are brought into `folder`, one at a time.
    pub(super) fn open(
        opened: &'a Opened<'a>,
        definition: &Definition,
        range: &'a KeyRange,
        folder: &Path,
    ) -> Result<Option<Walk<'a>>> {
        let families = &opened.input.manifest.families;
        let Some(at) = families.iter().position(|family| family.definition.name == definition.name) else {
            return Ok(None);
        };
        let source = match (&opened.native, &families[at].rows) {
            (Some(native), _) => {
                let bounds = Bounds { lower: Some(range.from.clone()), upper: range.to.clone(), bulk: true };
                let call = native.db.read()?;
                let mut iterator = Iterator::new(&call, &native.families[at].rocks, bounds, None);
                iterator.seek_to_first(&call);
                From::Database { db: Arc::clone(&native.db), iterator }
            }
            (None, Rows::Streams { files }) => {
                fs::create_dir_all(folder).map_err(|error| Error::io("make", folder, &error))?;
                From::Streams {
                    name: definition.name.clone(),
                    rest: files.iter(),
                    open: None,
                    folder: folder.to_owned(),
                }
            }
            (None, _) => return Err(Error::corruption("a portable snapshot has rows that are not in streams")),
        };
        let mut walk = Walk { opened, range, source, row: None };
        walk.read()?;
        Ok(Some(walk))
    }

    /// The present key; `None` at the end.
    pub(super) fn key(&self) -> Option<&[u8]> {
        self.row.as_ref().map(|(key, _)| key.as_slice())
    }

    /// The present value.
    pub(super) fn value(&self) -> &[u8] {
        self.row.as_ref().map(|(_, value)| value.as_slice()).unwrap_or_default()
    }

    /// What the input is called in messages.
    pub(super) fn label(&self) -> String {
        self.opened.input.label()
    }

    /// One row on.
    pub(super) fn advance(&mut self) -> Result<()> {
        if let From::Database { db, iterator } = &mut self.source {
            iterator.next(&db.read()?);
        }
        self.read()
    }

    fn read(&mut self) -> Result<()> {
        match &mut self.source {
            From::Database { db, iterator } => {
                let call = db.read()?;
                self.row = iterator.row(&call)?.map(|(key, value)| (key.to_vec(), value.to_vec()));
                Ok(())
            }
            From::Streams { .. } => self.read_stream(),
        }
    }

    /// The next row of the stream files that lies in the range.
    fn read_stream(&mut self) -> Result<()> {
        let From::Streams { name, rest, open, folder } = &mut self.source else { return Ok(()) };
        loop {
            if let Some(reader) = open {
                if let Some((key, value)) = reader.next()? {
                    if key < self.range.from {
                        continue;
                    }
                    let beyond = self.range.to.as_ref().is_some_and(|to| key >= *to);
                    self.row = (!beyond).then_some((key, value));
                    return Ok(());
                }
                *open = None;
            }
            let Some(file) = rest.next() else {
                self.row = None;
                return Ok(());
            };
            if file.last >= self.range.from {
                *open = Some(Box::new(StreamReader::open(self.opened, name, file, folder)?));
            }
        }
    }
}

/// A stream file that is being read; it was verified when it was brought here, and goes when it is dropped.
struct StreamReader {
    expected: Contents,
    found: Contents,
    decoder: Decoder,
    file: File,
    path: PathBuf,
    block: Vec<u8>,
}

/// What the manifest says of a file's rows, or what was found in it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Contents {
    /// Names of the families, one for each.
    families: Vec<Vec<u8>>,
    rows: u64,
    first: Vec<u8>,
    last: Vec<u8>,
}

impl StreamReader {
    fn open(opened: &Opened<'_>, name: &[u8], file: &RowsFile, folder: &Path) -> Result<StreamReader> {
        let path = folder.join(file.object.to_string());
        opened.input.files.get(None, &file.object, &path, Link::Never, &opened.input.files.control)?;
        let RowsFile { rows, first, last, .. } = file.clone();
        let expected = Contents { families: vec![name.to_vec()], rows, first, last };
        let opened = File::open(&path).map_err(|error| Error::io("read", &path, &error))?;
        Ok(StreamReader {
            expected,
            found: Contents::default(),
            decoder: Decoder::new(),
            file: opened,
            path,
            block: vec![0; 1 << 20],
        })
    }

    fn next(&mut self) -> Result<Option<(Vec<u8>, Vec<u8>)>> {
        loop {
            match self.decoder.read()? {
                Some(Event::Row { key, value }) => {
                    if self.found.rows == 0 {
                        self.found.first = key.to_vec();
                    }
                    self.found.rows += 1;
                    self.found.last.clear();
                    self.found.last.extend_from_slice(key);
                    return Ok(Some((key.to_vec(), value.to_vec())));
                }
                Some(Event::Family(definition)) => {
                    self.found.families.push(definition.name);
                    continue;
                }
                Some(_) => continue,
                None => {}
            }
            let length = self.file.read(&mut self.block).map_err(|error| Error::io("read", &self.path, &error))?;
            if length == 0 {
                self.decoder.finish()?;
                if self.found != self.expected {
                    let text = format!("{} does not hold the rows that its manifest says", self.path.display());
                    return Err(Error::corruption(text));
                }
                return Ok(None);
            }
            self.decoder.push(&self.block[..length]);
        }
    }
}

impl Drop for StreamReader {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}
