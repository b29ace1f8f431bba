//! How many bytes a snapshot puts into a store after a part of the keys changed.

use std::collections::{HashMap, HashSet};

use gabion::Result;
use gabion::snapshot::Target;
use gabion::snapshot::directory::SnapshotDirectory;
use gabion::snapshot::manifest::{Manifest, RocksDbFile};
use gabion::store::Control;

use crate::bandwidth::Place;
use crate::database::{Database, Pattern};
use crate::throttle::Throttle;

const FOLDER: &str = "changes";
const CASES: [(u64, Pattern); 4] =
    [(1, Pattern::Random), (1, Pattern::Clustered), (10, Pattern::Random), (10, Pattern::Clustered)];

/// What one snapshot put.
struct Put {
    /// Bytes of table files.
    tables: u64,
    /// Of those that are new by Flink's rule: their names were not in the snapshot before.
    new_names: u64,
    /// Bytes of all other new objects.
    others: u64,
    /// Of MANIFEST, CURRENT and OPTIONS.
    needed: u64,
    /// Bytes that went to the server, with all heads of requests.
    sent: u64,
    fallbacks: u64,
}

/// Changes and snapshots by turns; prints a table.
pub fn measure(database: &mut Database, place: &Place, wire: &Throttle) -> Result<()> {
    println!(
        "| changed | SSTs put | new by name | ratio | other bytes over MANIFEST, CURRENT, OPTIONS | on the wire over SSTs and those | fall-backs |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    // Takes all.
    snapshot(database, place, wire)?;
    for (percent, pattern) in CASES {
        eprintln!("{percent} % of the keys, {pattern:?}");
        database.change(percent, pattern)?;
        let put = snapshot(database, place, wire)?;
        let over = |bytes: u64| format!("{:.1} KiB", bytes.saturating_sub(put.needed) as f64 / 1024.0);
        println!(
            "| {percent} %, {} | {:.2} MB | {:.2} MB | {:.4} | {} | {} | {} |",
            format!("{pattern:?}").to_lowercase(),
            put.tables as f64 / 1e6,
            put.new_names as f64 / 1e6,
            put.tables as f64 / put.new_names as f64,
            over(put.others),
            over(put.sent - put.tables),
            put.fallbacks
        );
        database.come_to_rest()?;
        // So that the next one finds only what changes until then.
        snapshot(database, place, wire)?;
    }
    println!();
    Ok(())
}

/// Takes one, and looks at the store before and after.
fn snapshot(database: &Database, place: &Place, wire: &Throttle) -> Result<Put> {
    let url = format!("{}/{FOLDER}", place.url);
    let list = || -> HashMap<String, u64> {
        let objects = place.peer.list(FOLDER).expect("the peer lists").into_iter();
        objects.map(|object| (object.name, object.size)).collect()
    };
    let directory = SnapshotDirectory::open(&url, &place.options)?;
    let before = directory.sequence().latest(&Control::new()).unwrap_or_default();
    let there = list();
    let sent = wire.sent();
    let info = database.snapshot(Target::Directory(url), &place.options)?;
    let sent = wire.sent() - sent;
    let after = directory.sequence().manifest(info.number, &Control::new())?;
    let (tables, others): (Vec<_>, Vec<_>) =
        list().into_iter().filter(|(name, _)| !there.contains_key(name)).partition(|(name, _)| name.ends_with(".sst"));
    let total = |objects: Vec<(String, u64)>| objects.iter().map(|(_, size)| size).sum::<u64>();
    let known: HashSet<String> = before.iter().flat_map(files).map(|file| file.name.clone()).collect();
    let (new, needed): (Vec<_>, Vec<_>) = files(&after)
        .filter(|file| !file.name.ends_with(".sst") || !known.contains(&file.name))
        .partition(|file| file.name.ends_with(".sst"));
    let size = |files: Vec<&RocksDbFile>| files.iter().map(|file| file.object.origin.size).sum::<u64>();
    let current = after.rocksdb.as_ref().map_or(0, |files| files.current.len() as u64);
    Ok(Put {
        tables: total(tables),
        new_names: size(new),
        others: total(others),
        needed: size(needed) + current,
        sent,
        fallbacks: info.fallbacks,
    })
}

fn files(manifest: &Manifest) -> impl Iterator<Item = &RocksDbFile> {
    manifest.rocksdb.iter().flat_map(|rocksdb| &rocksdb.files)
}
