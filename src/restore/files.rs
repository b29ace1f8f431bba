//! `Files`: the data files of a snapshot, wherever they are, on their way into a scratch directory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::table_footer;
use crate::error::Result;
use crate::options::Verify;
use crate::snapshot::capture_directory;
use crate::snapshot::local_file::link_or_copy;
use crate::snapshot::object_name::{FileType, ObjectName};
use crate::store::{Control, Link, Store};

/// A snapshot's files, and who watches and stops what is done with them.
#[derive(Clone, Debug)]
pub(super) struct Files {
    pub(super) home: Home,
    pub(super) control: Control,
}

/// Where they are.
#[derive(Clone, Debug)]
pub(super) enum Home {
    Store(Arc<dyn Store>),
    Capture(PathBuf),
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
        match &self.home {
            Home::Store(store) => store.get_file(&object.path(), to, &sum, link, control).map(drop)?,
            Home::Capture(directory) => {
                let from = capture_directory::path_of(directory, name, object);
                sum.must_have_size(capture_directory::plain_file(&from)?, &from.display())?;
                link_or_copy(&from, to, &sum, link, control)?;
                control.advance(sum.size);
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
