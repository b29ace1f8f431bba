//! A new folder in every store that can be had here.

use std::sync::Arc;

use gabion::Options;
use gabion::store::{self, Control, Store};
use tempfile::TempDir;

use crate::servers;

/// One store of each kind, the local one first, and room for files.
pub struct Stores {
    pub scratch: TempDir,
    pub stores: Vec<Arc<dyn Store>>,
}

impl Stores {
    /// What can't be had is printed, with the reason.
    pub fn every() -> Self {
        let scratch = TempDir::new().unwrap();
        let local = format!("file://{}/a%20b/sn%C3%A4p%231", scratch.path().display());
        let memory = format!("memory://{}", uuid::Uuid::new_v4());
        let mut stores: Vec<_> = [local, memory].iter().map(|url| open(url, &Options::new())).collect();
        let (servers, missing) = servers::all();
        // The folder's name has what a URL has to escape.
        stores.extend(
            servers.iter().map(|server| open(&format!("{}/a%20b/sn%C3%A4p+1", server.folder()), &server.options())),
        );
        let test = std::thread::current().name().unwrap_or_default().to_owned();
        missing.iter().for_each(|why| println!("SKIPPED: {test} on one store: {why}"));
        Self { scratch, stores }
    }
}

pub fn open(url: &str, options: &Options) -> Arc<dyn Store> {
    store::open(url, &options.store()).unwrap()
}

/// Bytes that differ from block to block.
pub fn bytes(size: usize) -> Vec<u8> {
    (0..size).map(|at| (at ^ (at >> 8) ^ (at >> 16)) as u8).collect()
}

pub fn names(store: &dyn Store, folder: &str) -> Vec<String> {
    store.list(folder, &Control::new()).unwrap().into_iter().map(|object| object.name).collect()
}
