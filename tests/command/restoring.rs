//! `restore`, and what RocksDB's own tool makes of it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

use crate::common::all_rows;
use crate::{Room, entries};

/// Whether ldb is here; else the test says that it is skipped.
fn has_ldb(test: &str) -> bool {
    let found = Command::new("ldb").arg("--version").output().is_ok();
    if !found {
        println!("SKIPPED: {test}: ldb is not installed (apt-get install rocksdb-tools)");
    }
    found
}

#[test]
fn ldb_opens_a_restored_directory_by_the_lines_that_are_printed() {
    if !has_ldb("ldb_opens_a_restored_directory_by_the_lines_that_are_printed") {
        return;
    }
    let room = Room::filled();
    for at in [2, 3] {
        let directory = room.text(&format!("it's {at}"));
        let answer = room.run(&["restore", "--json", &room.snapshot(at), &directory]).json(0);
        let lines = answer["ldb"].as_array().unwrap();
        let families = room.backend.backend.column_families().unwrap();
        assert_eq!(lines.len(), families.len());
        for (line, family) in lines.iter().zip(families) {
            let told = Command::new("bash").args(["-c", line.as_str().unwrap()]).output().unwrap();
            let text = String::from_utf8(told.stdout).unwrap();
            let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
            let rows =
                all_rows(&family).into_iter().map(|(key, value)| format!("0x{} : 0x{}\n", hex(&key), hex(&value)));
            assert_eq!(text, rows.collect::<String>(), "{line}: {}", String::from_utf8_lossy(&told.stderr));
        }
        // For people the same lines, ready to paste.
        let text = room.run(&["restore", &room.snapshot(at), &room.text(&format!("for people {at}"))]).ended(0);
        assert!(
            text.contains("--try_load_options --ignore_unknown_options --column_family=counts --hex scan\n"),
            "{text}"
        );
        room.assert_clean();
    }
}

#[test]
fn ldb_merges_what_was_not_merged_yet_whatever_the_delimiter() {
    if !has_ldb("ldb_merges_what_was_not_merged_yet_whatever_the_delimiter") {
        return;
    }
    let room = Room::filled();
    let backend = &room.backend.backend;
    // White space, and what has a meaning in RocksDB's OPTIONS.
    let mut delimiters = b",|;{}=\\#:\" \t\n\x0b\x0c\r\0\x7f\xff".to_vec();
    if crate::common::random::is_soak() {
        delimiters = (0..=255).collect();
    }
    for &delimiter in &delimiters {
        let pairs = [("merge", "string-append"), ("merge.delimiter", &*format!("0x{delimiter:02x}"))];
        let name = format!("by {delimiter:02x}");
        let family = backend.create_column_family(name.as_bytes(), b"", &crate::common::options(&pairs)).unwrap();
        for operand in ["a", "b", "c"] {
            family.merge(b"key", operand.as_bytes()).unwrap();
            // Operands in three files.
            backend.flush().unwrap();
        }
    }
    let info = crate::common::take(backend, gabion::snapshot::Kind::Native, &room.snapshots.url);
    let directory = room.text("db");
    room.run(&["restore", &format!("{}/{}", room.snapshots.url, info.number), &directory]).ended(0);
    for delimiter in delimiters {
        let family = format!("--column_family=by {delimiter:02x}");
        let told = Command::new("ldb")
            .args([
                &format!("--db={directory}"),
                "--try_load_options",
                "--ignore_unknown_options",
                &family,
                "--hex",
                "scan",
            ])
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&told.stdout).into_owned();
        assert_eq!(
            text,
            format!("0x6B6579 : 0x61{delimiter:02X}62{delimiter:02X}63\n"),
            "{delimiter:02x}: {}",
            String::from_utf8_lossy(&told.stderr)
        );
    }
}

#[test]
fn a_restore_into_what_is_there_is_refused_and_changes_nothing() {
    let room = Room::filled();
    let directory = room.path("there");
    fs::create_dir(&directory).unwrap();
    room.run(&["restore", &room.snapshot(0), directory.to_str().unwrap()]).ended(0);
    let before = entries(&directory);
    let told = room.run(&["restore", &room.snapshot(1), directory.to_str().unwrap()]);
    assert_eq!(told.code, Some(1));
    assert!(told.err.contains("is not empty"), "{}", told.err);
    assert_eq!(entries(&directory), before);
    assert_eq!(room.run(&["restore", &room.snapshot(1), &room.text("no/such/parent")]).code, Some(1));
    assert_eq!(room.run(&["restore", &format!("{}/99", room.snapshots.url), &room.text("new")]).code, Some(1));
    assert_eq!(entries(room.folder.path()), ["there", "tmp"]);
}

#[test]
fn files_are_copied_and_checked_unless_links_are_asked_for() {
    let room = Room::filled();
    let (copied, linked) = (room.path("copied"), room.path("linked"));
    room.run(&["restore", &room.snapshot(2), copied.to_str().unwrap()]).ended(0);
    room.run(&["restore", "--link", &room.snapshot(2), linked.to_str().unwrap()]).ended(0);
    let links = |folder: &std::path::Path| {
        let tables = entries(folder).into_iter().filter(|name| name.ends_with(".sst"));
        tables.map(|name| fs::metadata(folder.join(name)).unwrap().nlink()).max().unwrap()
    };
    assert_eq!(links(&copied), 1);
    assert!(links(&linked) > 1, "the snapshots and the directory are on one file system");
}
