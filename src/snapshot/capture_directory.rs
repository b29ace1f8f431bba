//! A captured directory: a snapshot in local files, complete in itself, for a host that moves files itself.
//!
//! RocksDB's files bear RocksDB's names, other files the names of their objects; the manifest is the file `gabion.manifest`.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::document;
use super::manifest::Manifest;
use super::object_name::ObjectName;
use crate::error::{Code, Error, Result};
use crate::store::Control;

/// The file that makes the directory a snapshot.
const MANIFEST: &str = "gabion.manifest";

/// Writes the manifest, durably and last: a directory without one is no capture.
pub(super) fn complete(directory: &Path, manifest: &Manifest, control: &Control) -> Result<()> {
    let path = directory.join(MANIFEST);
    let bytes = manifest.encode()?;
    for entry in fs::read_dir(directory).map_err(|error| Error::io("list", directory, &error))? {
        let file = entry.map_err(|error| Error::io("list", directory, &error))?.path();
        control.check()?;
        sync(&file)?;
    }
    fail::fail_point!("capture-synced");
    File::create_new(&path)
        .and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()))
        .map_err(|error| Error::io("write", &path, &error))?;
    sync(directory)
}

fn sync(path: &Path) -> Result<()> {
    File::open(path).and_then(|file| file.sync_all()).map_err(|error| Error::io("sync", path, &error))
}

/// The manifest of a captured directory.
pub(crate) fn read(directory: &Path) -> Result<Manifest> {
    let path = directory.join(MANIFEST);
    let size = plain_file(&path)?;
    if size > document::MAX_BYTES {
        let text = format!("{} has {size} bytes; a manifest has up to {}", path.display(), document::MAX_BYTES);
        return Err(Error::new(Code::Corruption, text));
    }
    let bytes = fs::read(&path).map_err(|error| Error::io("read", &path, &error))?;
    Manifest::decode(&bytes).map_err(|error| error.context(path.display()))
}

/// The size of a file of a capture; anything but a plain file (a link may lead anywhere) is refused.
pub(crate) fn plain_file(path: &Path) -> Result<u64> {
    let found =
        fs::symlink_metadata(path).map_err(|error| Error::io_named("read a file of the capture", path, &error))?;
    if !found.is_file() {
        return Err(Error::corruption(format!("{} is no plain file, as files of a capture are", path.display())));
    }
    Ok(found.len())
}

/// Where an object of a captured directory is; `name` is its RocksDB name, if it has one.
pub(crate) fn path_of(directory: &Path, name: Option<&str>, object: &ObjectName) -> PathBuf {
    match name {
        Some(name) => directory.join(name),
        None => directory.join(object.to_string()),
    }
}
