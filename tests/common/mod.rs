//! What several test files need.
#![allow(dead_code, reason = "every test binary uses a part of it")]

use gabion::scan::{ScanRange, rows};
use gabion::{Backend, ColumnFamily, Options, Result, View};

/// Options from pairs.
pub fn options(pairs: &[(&str, &str)]) -> Options {
    let mut options = Options::new();
    for (name, value) in pairs {
        options.set(name, value).unwrap();
    }
    options
}

/// A backend whose scratch directory lies in a temporary directory that goes with it.
pub struct Scratch {
    pub backend: Backend,
    pub storage: tempfile::TempDir,
}

/// Opens a backend with `pairs` and a storage path of its own.
pub fn open(pairs: &[(&str, &str)]) -> Scratch {
    let storage = tempfile::tempdir().unwrap();
    let mut options = options(pairs);
    options.set("storage.paths", storage.path().to_str().unwrap()).unwrap();
    Scratch { backend: Backend::open(&options, None).unwrap(), storage }
}

pub type Rows = Vec<(Vec<u8>, Vec<u8>)>;

/// All rows of a scan, read in blocks of `block` bytes (grown for a row that needs more).
pub fn scan_rows(family: &ColumnFamily, range: &ScanRange, view: Option<&View>, block: usize) -> Result<Rows> {
    let mut scan = family.scan(range, view)?;
    let mut block = vec![0; block];
    let mut all = Rows::new();
    loop {
        let filled = scan.fill(&mut block)?;
        all.extend(rows(&block[..filled.bytes]).map(|(key, value)| (key.to_vec(), value.to_vec())));
        if filled.done {
            return Ok(all);
        }
        if filled.rows == 0 {
            assert!(filled.needed > block.len(), "no row, not done, and the block is large enough");
            block.resize(filled.needed, 0);
        }
    }
}

/// Everything in a family.
pub fn all_rows(family: &ColumnFamily) -> Rows {
    scan_rows(family, &ScanRange::default(), None, 4096).unwrap()
}
