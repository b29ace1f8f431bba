//! `list`, `describe`, `verify`, `dump`, `diff`, `retain`, `discard`, `sweep`.

use std::fs;

use serde_json::json;

use crate::common::all_rows;
use crate::{Room, entries};

#[test]
fn a_list_shows_every_snapshot_to_people_and_to_programs() {
    let room = Room::filled();
    let url = &room.snapshots.url;
    let text = room.run(&["list", url]).ended(0);
    assert!(text.starts_with("NUMBER  CREATED (UTC)"), "{text}");
    assert_eq!(text.lines().count(), 2 + room.taken.len());
    assert!(text.contains("portable") && text.ends_with("in all\n"), "{text}");
    let list = room.run(&["list", "--json", url]).json(0);
    let snapshots = list["snapshots"].as_array().unwrap();
    for (info, shown) in room.taken.iter().zip(snapshots) {
        assert_eq!(shown["number"], info.number);
        assert_eq!((&shown["bytes"], &shown["bytes_written"]), (&json!(info.bytes), &json!(info.bytes_written)));
        assert_eq!((&shown["id"], &shown["metadata"]), (&json!("id"), &json!("at%207")));
    }
    assert_eq!(snapshots.len(), room.taken.len());
    // A plain path is as good.
    assert_eq!(room.run(&["list", room.snapshots.directory.path().to_str().unwrap()]).ended(0), text);
}

#[test]
fn a_description_shows_families_files_and_parents() {
    let room = Room::filled();
    let text = room.run(&["describe", &room.snapshot(1)]).ended(0);
    for part in
        ["parents", "counts", "uint64-add", "lists", "string-append", "odd%FF", "█", "(RocksDB's own)", "\"v1\""]
    {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let files = room.run(&["describe", "--files", &room.snapshot(1)]).ended(0);
    assert!(
        files.contains("MANIFEST-") && files.contains("an earlier one") && files.contains("this snapshot"),
        "{files}"
    );
    let value = room.run(&["describe", "--json", "--files", &room.snapshot(1)]).json(0);
    assert_eq!(value["parents"], json!([room.taken[0].number]));
    let families = value["families"].as_array().unwrap();
    assert_eq!(families[2]["name"], "odd%FF");
    let sum: u64 = families.iter().map(|family| family["bytes"].as_u64().unwrap()).sum();
    assert_eq!(sum + value["other_bytes"].as_u64().unwrap(), room.taken[1].bytes);
    assert_eq!(value["object_files"].as_array().unwrap().len() as u64, room.taken[1].files);
    // Of a directory, the newest.
    let newest = room.run(&["describe", "--json", &room.snapshots.url]).json(0);
    assert_eq!((&newest["number"], &newest["kind"]), (&json!(room.taken[3].number), &json!("portable")));
}

#[test]
fn a_verification_reads_everything_and_names_what_is_broken() {
    let room = Room::filled();
    let url = &room.snapshots.url;
    assert!(room.run(&["verify", url]).ended(0).starts_with("all good: 4 snapshots"));
    let all = room.run(&["verify", "--json", url]).json(0);
    assert_eq!(all["broken_files"], json!([]));
    // A flipped byte in a file that snapshots share, a file that is missing, and a manifest that is cut short.
    let root = room.snapshots.directory.path();
    let value = room.run(&["describe", "--json", "--files", &room.snapshot(2)]).json(0);
    let is_shared = |file: &&serde_json::Value| file["written"] == json!(false);
    let shared = value["object_files"].as_array().unwrap().iter().find(is_shared).unwrap()["object"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut bytes = fs::read(root.join(&shared)).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    // Not in place: the backend's own file may be the same one.
    fs::remove_file(root.join(&shared)).unwrap();
    fs::write(root.join(&shared), bytes).unwrap();
    let portable = room.run(&["describe", "--json", "--files", &room.snapshot(3)]).json(0);
    let missing = portable["object_files"][0]["object"].as_str().unwrap().to_owned();
    fs::remove_file(root.join(&missing)).unwrap();
    let damaged = format!("sequence/{:020}", room.taken[1].number);
    let half = fs::read(root.join(&damaged)).unwrap();
    fs::write(root.join(&damaged), &half[..half.len() / 2]).unwrap();

    let told = room.run(&["verify", url]);
    assert_eq!(told.code, Some(1));
    for name in [&shared, &missing, &damaged] {
        assert!(told.out.contains(name.as_str()), "{name} is not in\n{}", told.out);
    }
    let value = room.run(&["verify", "--json", url]).json(1);
    assert_eq!(value["broken_files"].as_array().unwrap().len(), 2);
    assert_eq!(value["damaged_manifests"][0]["number"], room.taken[1].number);
    assert_eq!(room.run(&["verify", &room.snapshot(2)]).code, Some(1), "it needs the shared file too");
    assert_eq!(room.run(&["verify", &room.snapshot(1)]).code, Some(1));
    // A list shows the others, and says what is wrong.
    let told = room.run(&["list", url]);
    assert_eq!(told.code, Some(1));
    assert!(told.out.contains("damaged") && told.err.contains(&damaged), "{}\n{}", told.out, told.err);
    // A damaged one can be discarded.
    room.run(&["discard", &room.snapshot(1)]).ended(0);
    assert_eq!(room.run(&["list", url]).code, Some(0));
}

#[test]
fn a_dump_prints_rows_in_three_formats() {
    let room = Room::filled();
    for at in [2, 3] {
        let snapshot = room.snapshot(at);
        let all = room.run(&["dump", &snapshot, "--family", "counts", "--format", "hex"]).ended(0);
        let family = room.backend.backend.column_family(b"counts").unwrap().unwrap();
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let rows = all_rows(&family).into_iter().map(|(key, value)| format!("{}\t{}\n", hex(&key), hex(&value)));
        assert_eq!(all, rows.collect::<String>(), "merges are applied");
        let some = room.run(&["dump", &snapshot, "-f", "counts", "--prefix", "word-01", "-n", "2"]).ended(0);
        assert_eq!(
            some,
            "word-010\t\\x03\\x00\\x00\\x00\\x00\\x00\\x00\\x00\nword-011\t\\x03\\x00\\x00\\x00\\x00\\x00\\x00\\x00\n"
        );
        let lines = room.run(&["dump", &snapshot, "-f", "odd%FF", "--prefix-hex", "6b657920322031", "--json"]).ended(0);
        let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
        assert_eq!(first, json!({"key": hex(b"key 2 1"), "value": "02".repeat(50)}));
        assert_eq!(lines.lines().count(), 111, "1, 10 to 19 and 100 to 199");
        assert_eq!(room.run(&["dump", &snapshot, "-f", "lists", "-n", "0"]).ended(0), "");
        room.assert_clean();
    }
    let told = room.run(&["dump", &room.snapshot(0)]);
    assert_eq!(told.code, Some(2));
    assert!(told.err.contains("--family") && told.err.contains("counts, lists, odd%FF"), "{}", told.err);
    assert_eq!(room.run(&["dump", &room.snapshot(0), "-f", "none"]).code, Some(1));
}

#[test]
fn a_difference_is_told_by_family_and_by_key() {
    let room = Room::filled();
    let (old, new) = (room.snapshot(1), room.snapshot(2));
    let text = room.run(&["diff", &old, &new]).ended(0);
    assert!(text.contains("KEYS +") && text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let value = room.run(&["diff", "--json", &old, &new]).json(0);
    let families = value["families"].as_array().unwrap();
    assert_eq!(families[0]["keys"], json!({"added": 0, "removed": 0, "changed": 200}));
    assert_eq!(families[2]["keys"], json!({"added": 200, "removed": 0, "changed": 0}));
    assert_eq!(room.run(&["diff", "--json", &new, &old]).json(0)["families"][2]["keys"]["removed"], 200);
    let listed = room.run(&["diff", "--list", "--family", "odd%FF", &old, &new]).ended(0);
    assert_eq!(listed.lines().next(), Some("+\todd%FF\tkey 2 0"));
    assert_eq!(listed.lines().count(), 200);
    let quick = room.run(&["diff", "--files-only", "--json", &old, &new]).json(0);
    assert_eq!(quick["families"][0]["keys"], json!(null));
    assert!(quick["families"][0]["bytes_added"].as_u64() > Some(0));
    // The portable one is of the same state as the third.
    let same = room.run(&["diff", "--json", &room.snapshot(2), &room.snapshots.url]).json(0);
    for family in same["families"].as_array().unwrap() {
        assert_eq!(family["keys"], json!({"added": 0, "removed": 0, "changed": 0}));
    }
    room.assert_clean();
}

#[test]
fn snapshots_are_discarded_and_swept() {
    let room = Room::filled();
    let url = &room.snapshots.url;
    let before = entries(&room.snapshots.directory.path().join("files")).len();
    let numbers: Vec<u64> = room.taken.iter().map(|info| info.number).collect();
    let would = room.run(&["retain", "--dry-run", "--json", url, "2"]).json(0);
    assert_eq!(would["discarded"], json!(numbers[..2]));
    assert_eq!(
        room.run(&["retain", url, "2"]).ended(0),
        format!("discarded 2 snapshots: {}, {}\n", numbers[0], numbers[1])
    );
    assert_eq!(room.run(&["retain", url, "2"]).ended(0), "nothing to discard\n");
    room.run(&["discard", &format!("{url}#{}", numbers[2])]).ended(0);
    let again = room.run(&["discard", &room.snapshot(2)]);
    assert_eq!(again.code, Some(1));
    assert!(
        again.err.contains("there is no snapshot") && again.err.contains("for the directory write"),
        "{}",
        again.err
    );
    // Within the grace period nothing goes.
    assert_eq!(room.run(&["sweep", url]).ended(0), "removed 0 objects, 0 B\n");
    let would = room.run(&["sweep", "--dry-run", "--json", "--grace", "0", url]).json(0);
    assert_eq!(entries(&room.snapshots.directory.path().join("files")).len(), before);
    let did = room.run(&["sweep", "--json", "--grace", "0", url]).json(0);
    assert_eq!((&did["names"], &did["dry_run"]), (&would["names"], &json!(false)));
    assert!(did["objects"].as_u64() > Some(3));
    assert!(room.run(&["verify", url]).ended(0).starts_with("all good: 1 snapshot,"));
}
