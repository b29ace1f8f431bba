//! `copy`, also after it was killed.

use std::path::Path;

use gabion::snapshot::SnapshotDirectory;
use gabion::{Code, Options};
use serde_json::json;

use crate::common::fail_points::has_points;
use crate::common::swept;
use crate::common::{contents, number, restore, take, wait_until};
use crate::{Room, entries};

#[test]
fn all_snapshots_or_one_are_copied_once() {
    let room = Room::filled();
    let (url, to) = (&room.snapshots.url, room.text("copy"));
    let one = room.run(&["copy", "--json", &room.snapshot(0), &to]).json(0);
    assert_eq!(
        one["snapshots"],
        json!([{"source": room.taken[0].number, "destination": 2, "result": "copied", "bytes": room.taken[0].bytes}])
    );
    let text = room.run(&["copy", url, &to]).ended(0);
    assert!(text.contains("-> 2  there already\n") && text.contains("3 snapshots copied to file:///"), "{text}");
    let written: u64 = room.taken[1..].iter().map(|info| info.bytes_written).sum();
    let again = room.run(&["copy", "--json", url, &to]).json(0);
    assert_eq!(again["bytes"], 0);
    assert!(written > 0 && room.run(&["verify", &to]).ended(0).starts_with("all good: 4 snapshots"));
    let list = |url: &str| room.run(&["list", "--json", url]).json(0);
    assert_eq!(list(url)["bytes"], list(&to)["bytes"], "files are shared there as they are here");
    let restored = restore(number(&format!("file://{to}"), 5));
    assert_eq!(contents(&restored.backend), contents(&room.backend.backend));
    room.assert_clean();
}

#[test]
fn a_copy_that_was_killed_goes_on_with_what_it_had() {
    if !has_points("a_copy_that_was_killed_goes_on_with_what_it_had") {
        return;
    }
    let room = Room::filled();
    let to = room.text("copy");
    let files = room.path("copy").join("files");
    let mut slow = room.command(&["copy", "--quiet", &room.snapshot(2), &to]);
    let mut child = slow.env("FAILPOINTS", "copy-file-put=sleep(5000)").spawn().unwrap();
    let complete = || entries(&files).into_iter().filter(|name| !name.starts_with("staging-")).count();
    wait_until("the second file", || complete() >= 2);
    child.kill().unwrap();
    child.wait().unwrap();
    let there = complete();
    assert_eq!(room.run(&["list", "--json", &to]).json(0)["snapshots"], json!([]), "no half snapshot is visible");
    let resumed = room.run(&["copy", "--json", &room.snapshot(2), &to]).json(0);
    let moved = resumed["bytes"].as_u64().unwrap();
    assert!(there >= 2 && moved < room.taken[2].bytes, "{there} files were there, and {moved} bytes were moved");
    assert!(room.run(&["verify", &to]).ended(0).starts_with("all good: 1 snapshot,"));
    room.run(&["sweep", "--grace", "0", &to]).ended(0);
    check_swept(&room.path("copy"));
    // What was killed left its scratch directory to the next one.
    room.assert_clean();
}

/// Nothing is there but snapshots.
pub fn check_swept(root: &Path) {
    let directory = SnapshotDirectory::open(&format!("file://{}", root.display()), &Options::new()).unwrap();
    let list = directory.list().unwrap();
    swept::assert_swept(&|folder| swept::names(&root.join(folder)), &directory, &list, "after a sweep");
}

#[test]
fn a_copy_does_not_end_a_running_job_by_accident() {
    let room = Room::filled();
    let other = Room::filled();
    let told = room.run(&["copy", &other.snapshots.url, &room.snapshots.url]);
    assert_eq!(told.code, Some(1));
    assert!(told.err.contains("belongs to a job") && told.err.contains("--take-over"), "{}", told.err);
    take(&room.backend.backend, gabion::snapshot::Kind::Native, &room.snapshots.url);
    room.run(&["copy", "--take-over", &other.snapshots.url, &room.snapshots.url]).ended(0);
    let snapshot = room
        .backend
        .backend
        .start_snapshot(&crate::common::request(gabion::snapshot::Kind::Native, &room.snapshots.url))
        .unwrap();
    snapshot.wait(None);
    assert_eq!(snapshot.result().unwrap_err().code, Code::Fenced);
}

#[test]
fn older_snapshots_are_left_out_with_a_note() {
    let room = Room::filled();
    let to = room.text("copy");
    room.run(&["copy", &room.snapshot(1), &to]).ended(0);
    let told = room.run(&["copy", &room.snapshots.url, &to]);
    assert!(told.err.contains("not copied: ") && told.err.contains("--older"), "{}", told.err);
    told.ended(0);
    let one = room.run(&["copy", &room.snapshot(0), &to]);
    assert_eq!(one.code, Some(1));
    assert!(one.err.contains("is older than the newest one at the destination"), "{}", one.err);
    room.run(&["copy", "--older", &room.snapshot(0), &to]).ended(0);
    assert_eq!(room.run(&["list", "--json", &to]).json(0)["snapshots"].as_array().unwrap().len(), 4);
}

#[test]
fn a_damaged_snapshot_does_not_keep_the_others_from_being_copied() {
    let room = Room::filled();
    let to = room.text("copy");
    let value = room.run(&["describe", "--json", "--files", &room.snapshot(3)]).json(0);
    let file = room.snapshots.directory.path().join(value["object_files"][0]["object"].as_str().unwrap());
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[20] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let told = room.run(&["copy", &room.snapshots.url, &to]);
    assert_eq!(told.code, Some(1));
    assert!(told.err.contains("was not copied") && told.err.contains("checksum"), "{}", told.err);
    assert!(room.run(&["verify", &to]).ended(0).starts_with("all good: 3 snapshots"));
    assert!(entries(&room.path("copy").join("intents")).is_empty());
    check_swept(&room.path("copy"));
}
