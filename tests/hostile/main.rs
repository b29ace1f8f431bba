//! Real snapshots with changed bytes: a restore never panics, never yields a wrong row in silence, leaves nothing behind, and
//! refuses a hostile manifest before it writes anything.
//!
//! `GABION_SEED` repeats a run, `GABION_SOAK=1` makes it long.

#[path = "../common/mod.rs"]
mod common;
mod manifests;
mod victim;

use std::os::unix::fs::symlink;

use common::random::{Random, is_soak, seed};
use common::{memory_folder, open, options};
use gabion::Backend;
use gabion::restore::KeyRange;
use victim::{Outcome, Victim, look_around};

/// Bytes with one thing wrong: a bit, some bytes, a hole, the end.
fn damaged(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut damaged = bytes.to_vec();
    // Header, middle and footer alike.
    let at = match random.below(3) {
        0 => random.index(bytes.len().min(64)),
        1 => bytes.len() - 1 - random.index(bytes.len().min(64)),
        _ => random.index(bytes.len()),
    };
    match random.below(6) {
        0 | 1 => damaged[at] ^= 1 << random.below(8),
        2 => {
            let end = bytes.len().min(at + 1 + random.index(40));
            damaged[at..end].iter_mut().for_each(|byte| *byte ^= 1 + random.below(255) as u8);
        }
        3 => damaged.truncate(at),
        4 => drop(damaged.drain(at..bytes.len().min(at + 1 + random.index(40)))),
        _ => damaged.extend(random.bytes(20)),
    }
    damaged
}

#[test]
fn damaged_bytes_are_noticed_or_change_nothing() {
    let seed = seed("damaged_bytes_are_noticed_or_change_nothing");
    let mut random = Random::new(seed);
    let (mut noticed, mut same) = (0, 0);
    for victim in Victim::all() {
        let paths: Vec<&String> = victim.files.keys().filter(|path| !victim.files[*path].is_empty()).collect();
        for _ in 0..if is_soak() { 5000 } else { 120 } {
            let path = paths[random.index(paths.len())];
            let bytes = damaged(&victim.files[path], &mut random);
            let full = random.chance(50);
            match victim.restore_with(&[(path, Some(&bytes))], full) {
                Outcome::Refused(_) | Outcome::Failed(_) => noticed += 1,
                Outcome::Same => same += 1,
                // A linked table file is not read until its rows are.
                Outcome::Unreadable(_) if !full => noticed += 1,
                outcome => panic!("{}: {path} with {} bytes, full {full}: {outcome:?}", victim.name, bytes.len()),
            }
        }
    }
    println!("{noticed} damages were noticed, {same} changed nothing");
    assert!(noticed > same);
}

#[test]
fn damaged_bytes_with_right_checksums_crash_nothing() {
    let seed = seed("damaged_bytes_with_right_checksums_crash_nothing");
    let mut random = Random::new(seed);
    for victim in [Victim::native(), Victim::portable()] {
        let paths: Vec<String> = victim.files.keys().filter(|path| path.starts_with("files/")).cloned().collect();
        for _ in 0..if is_soak() { 5000 } else { 100 } {
            let path = &paths[random.index(paths.len())];
            let bytes = damaged(&victim.files[path], &mut random);
            let renamed = manifests::renamed(&victim, path, &bytes);
            let changes = [
                (renamed.path.as_str(), Some(bytes.as_slice())),
                (victim.manifest.as_str(), Some(renamed.manifest.as_slice())),
            ];
            // Whoever can make checksums can write any row; but RocksDB's and the stream's own checks hold up here.
            match victim.restore_with(&changes, true) {
                Outcome::Different(difference) => panic!("{}: {path}: {difference}", victim.name),
                Outcome::Refused(_) | Outcome::Failed(_) | Outcome::Same | Outcome::Unreadable(_) => {}
            }
        }
    }
}

#[test]
fn a_table_file_whose_footer_points_outside_it_is_refused() {
    let victim = Victim::native();
    // Offset 0 and a size of 1 TiB, for the block that RocksDB reads first.
    let giant = [0, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20];
    for path in victim.files.keys().filter(|path| path.ends_with(".sst") || path.ends_with(".rows")) {
        let mut bytes = victim.files[path].clone();
        let footer = bytes.len() - 53;
        bytes[footer + 1..footer + 1 + giant.len()].copy_from_slice(&giant);
        let renamed = manifests::renamed(&victim, path, &bytes);
        let changes = [
            (renamed.path.as_str(), Some(bytes.as_slice())),
            (victim.manifest.as_str(), Some(renamed.manifest.as_slice())),
        ];
        for full in [false, true] {
            match victim.restore_with(&changes, full) {
                Outcome::Failed(error) => assert!(error.message.contains("footer"), "{path}: {error}"),
                outcome => panic!("{path}: {outcome:?}"),
            }
        }
    }
}

#[test]
fn a_damaged_directory_can_be_listed_verified_and_swept_without_a_panic() {
    let seed = seed("a_damaged_directory_can_be_listed_verified_and_swept_without_a_panic");
    let mut random = Random::new(seed);
    for victim in [Victim::native(), Victim::portable()] {
        let paths: Vec<&String> = victim.files.keys().filter(|path| !victim.files[*path].is_empty()).collect();
        for _ in 0..if is_soak() { 5000 } else { 100 } {
            let path = paths[random.index(paths.len())];
            let bytes = damaged(&victim.files[path], &mut random);
            victim.with(&[(path, Some(&bytes))], || look_around(&victim, path));
        }
    }
}

#[test]
fn an_object_that_is_no_plain_file_is_refused() {
    for victim in Victim::all() {
        for path in victim.files.keys().filter(|path| !path.contains("intents") && !path.ends_with("CURRENT")) {
            let is_needed = path == &victim.manifest || path.starts_with("files/") || !path.contains('/');
            if !is_needed {
                continue;
            }
            let there = victim.root().join(path);
            let elsewhere = memory_folder();
            let outside = elsewhere.path().join("outside");
            std::fs::copy(&there, &outside).unwrap();
            std::fs::remove_file(&there).unwrap();
            symlink(&outside, &there).unwrap();
            let linked = victim.restore(true);
            assert!(matches!(linked, Outcome::Refused(_) | Outcome::Failed(_)), "{} {path}: {linked:?}", victim.name);
            std::fs::remove_file(&there).unwrap();
            std::fs::create_dir(&there).unwrap();
            let folder = victim.restore(true);
            assert!(matches!(folder, Outcome::Refused(_) | Outcome::Failed(_)), "{} {path}: {folder:?}", victim.name);
            std::fs::remove_dir(&there).unwrap();
            std::fs::copy(&outside, &there).unwrap();
        }
        assert!(matches!(victim.restore(true), Outcome::Same));
    }
}

/// A stream as a host pulls it.
fn pulled(backend: &Backend) -> Vec<u8> {
    let mut stream = backend.pull_stream(b"id", b"metadata").unwrap();
    let (mut bytes, mut block) = (Vec::new(), vec![0; 1 << 16]);
    loop {
        match stream.read(&mut block).unwrap() {
            0 => return bytes,
            length => bytes.extend_from_slice(&block[..length]),
        }
    }
}

#[test]
fn a_damaged_stream_is_refused_and_leaves_nothing() {
    let seed = seed("a_damaged_stream_is_refused_and_leaves_nothing");
    let mut random = Random::new(seed);
    let scratch = open(&[]);
    victim::fill(&scratch.backend);
    let bytes = pulled(&scratch.backend);
    for _ in 0..if is_soak() { 5000 } else { 60 } {
        let damaged = damaged(&bytes, &mut random);
        let folder = memory_folder();
        let storage = folder.path().join("storage");
        let settings = options(&[("storage.paths", storage.to_str().unwrap())]);
        let mut pushed = Backend::push_stream(&settings, None, &KeyRange::default()).unwrap();
        let piece = 1 + random.index(100_000);
        let written = damaged.chunks(piece).try_for_each(|piece| pushed.write(piece));
        let finished = written.and_then(|()| pushed.finish().map(drop));
        assert!(finished.is_err(), "{} bytes of {} were taken", damaged.len(), bytes.len());
        assert_eq!(std::fs::read_dir(&storage).unwrap().count(), 0);
    }
}
