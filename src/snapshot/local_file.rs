//! Local files on their way into or out of a snapshot: read, linked, copied, and verified while their bytes are read.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;

use crate::error::{Error, Result};
use crate::store::{Control, Link, Sum};

/// A second name for the file where `link` and the file system allow one, else a copy whose bytes are `sum`.
pub(crate) fn link_or_copy(source: &Path, target: &Path, sum: &Sum, link: Link, control: &Control) -> Result<()> {
    if link == Link::Allowed && fs::hard_link(source, target).is_ok() {
        return Ok(());
    }
    let mut to = File::create_new(target).map_err(|error| Error::io("create", target, &error))?;
    let copied = read(source, |block| {
        control.check()?;
        to.write_all(block).map_err(|error| Error::io("write", target, &error))
    })?;
    sum.must_be(&copied, &source.display())
}

/// What the bytes of a file are.
pub(super) fn sum_of(path: &Path) -> Result<Sum> {
    read(path, |_| Ok(()))
}

/// Gives all blocks of a file to `take`; what its bytes are.
fn read(path: &Path, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<Sum> {
    let failed = |error: std::io::Error| Error::io("read", path, &error);
    let mut file = File::open(path).map_err(failed)?;
    let (mut block, mut sum) = (vec![0; 1 << 20], Sum::EMPTY);
    loop {
        let length = file.read(&mut block).map_err(failed)?;
        if length == 0 {
            return Ok(sum);
        }
        take(&block[..length])?;
        sum = sum.extended(&block[..length]);
    }
}
