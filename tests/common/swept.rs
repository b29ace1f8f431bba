//! What a sweep with grace 0 leaves in a snapshot directory.
#![allow(dead_code, reason = "every test binary uses a part of it")]

use std::fs;
use std::path::Path;

use gabion::snapshot::{SnapshotDirectory, SnapshotInfo};
use gabion::store::{Control, Store};

/// Only what a manifest names is left, with the sequence; `names` are the sorted names in a folder.
pub fn assert_swept(
    names: &dyn Fn(&str) -> Vec<String>,
    directory: &SnapshotDirectory,
    snapshots: &[SnapshotInfo],
    what: &str,
) {
    assert_eq!(names("files"), objects_of(directory, snapshots), "{what}: files, and those that manifests name");
    for folder in ["intents", "probes", "uploads"] {
        assert!(names(folder).is_empty(), "{what}: {folder} has {:?}", names(folder));
    }
    // A discard that was killed before it removed the manifest has left the snapshot, and the tombstone for the next discard.
    let is_there =
        |tombstone: &String| snapshots.iter().any(|info| tombstone.starts_with(&format!("{:020}-", info.number)));
    let spent = names("tombstones").into_iter().find(|tombstone| !is_there(tombstone));
    assert_eq!(spent, None, "{what}: in the tombstones");
    let strange = names("sequence").into_iter().find(|name| name.len() != 20 || name.parse::<u64>().is_err());
    assert_eq!(strange, None, "{what}: in the sequence");
}

/// The sorted names of all files that snapshots name.
pub fn objects_of(directory: &SnapshotDirectory, snapshots: &[SnapshotInfo]) -> Vec<String> {
    let mut named: Vec<String> = Vec::new();
    for info in snapshots {
        let manifest: serde_json::Value = serde_json::from_str(&directory.describe(info.number).unwrap()).unwrap();
        objects(&manifest, &mut named);
    }
    named.sort();
    named.dedup();
    named
}

/// All members `object` of a manifest.
fn objects(json: &serde_json::Value, found: &mut Vec<String>) {
    match json {
        serde_json::Value::Array(all) => all.iter().for_each(|one| objects(one, found)),
        serde_json::Value::Object(all) => {
            found.extend(all.get("object").and_then(|name| name.as_str()).map(str::to_owned));
            all.values().for_each(|one| objects(one, found));
        }
        _ => {}
    }
}

/// The sorted names in a folder; none if it isn't there.
pub fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The sorted names in a folder of a store.
pub fn names_in(store: &dyn Store, folder: &str) -> Vec<String> {
    let list = store.list(folder, &Control::new()).unwrap();
    list.into_iter().map(|object| object.name.split_once('/').unwrap().1.to_owned()).collect()
}
