//! `Files`: the data files of a snapshot, wherever they are, on their way into a scratch directory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::table_footer;
use crate::error::Result;
use crate::options::Verify;
use crate::snapshot::capture_directory;
use crate::snapshot::local_file::link_or_copy;
use crate::snapshot::object_name::{FileType, ObjectName};
use crate::store::{Control, Link, Store, Sum};

/// Where a snapshot's files are.
#[derive(Debug)]
pub(super) enum Files {
    Stored(Arc<dyn Store>),
    Captured(PathBuf),
}

impl Files {
    /// Gets a file to the new path `to`: linked where that is possible and `link` allows it, else copied and verified. `name` is its RocksDB name, if any.
    pub(super) fn get(
        &self,
        name: Option<&str>,
        object: &ObjectName,
        to: &Path,
        link: Link,
        control: &Control,
    ) -> Result<()> {
        let sum = object.origin.sum();
        match self {
            Files::Stored(store) => store.get_file(&object.path(), to, &sum, link, control).map(drop)?,
            Files::Captured(directory) => {
                let from = capture_directory::path_of(directory, name, object);
                get_local(&from, to, &sum, link, control)?;
            }
        }
        match object.file_type {
            FileType::Sst | FileType::Rows => table_footer::check(to),
            FileType::Manifest | FileType::Options | FileType::Stream => Ok(()),
        }
    }
}

/// May a table file be linked? RocksDB never changes one; but a link is not read, so not when every byte is to be verified.
pub(super) fn table_link(verify: Verify) -> Link {
    match verify {
        Verify::Moved => Link::Allowed,
        Verify::Full => Link::Never,
    }
}

fn get_local(from: &Path, to: &Path, sum: &Sum, link: Link, control: &Control) -> Result<()> {
    sum.must_have_size(capture_directory::plain_file(from)?, &from.display())?;
    link_or_copy(from, to, sum, link, control)
}
