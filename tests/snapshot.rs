//! Snapshots are exactly the state at their barrier, whatever happens until the capture; and they restore alone.

mod common;

use common::{acts, all_rows, contents, number, open, options, request, restore, restore_range, snapshots, take};
use gabion::column_family::{MemtableKind, MergeKind};
use gabion::restore::{KeyRange, Source};
use gabion::snapshot::{Kind, SnapshotDirectory, State, Target};
use gabion::{Code, Options};

const KINDS: [Kind; 2] = [Kind::Native, Kind::Portable];

#[test]
fn a_restored_backend_has_everything_the_snapshot_had() {
    for kind in KINDS {
        let (scratch, snapshots) = (open(&[]), snapshots());
        let append = options(&[("merge", "string-append"), ("merge.delimiter", ";"), ("memtable", "hash-link-list")]);
        let list = scratch.backend.create_column_family(b"list\0", b"descriptor", &append).unwrap();
        let add = options(&[("merge", "uint64-add"), ("write_buffer_size", "2097152")]);
        let sum = scratch.backend.create_column_family(b"default", b"", &add).unwrap();
        let empty = scratch.backend.create_column_family(b"", &[0, 255], &options(&[])).unwrap();
        list.merge(b"k", b"one").unwrap();
        list.merge(b"k", b"two").unwrap();
        sum.merge(b"", &7u64.to_le_bytes()).unwrap();
        scratch.backend.flush().unwrap();
        list.merge(b"k", b"three").unwrap();
        sum.merge(b"", &1u64.to_le_bytes()).unwrap();
        empty.set_descriptor(b"newer").unwrap();
        let before = contents(&scratch.backend);
        let info = take(&scratch.backend, kind, &snapshots.url);
        assert_eq!((info.kind, info.families, info.fallbacks), (kind, 3, 0));
        assert_eq!((info.id.as_slice(), info.metadata.as_slice()), (&b"id"[..], &b"at 7"[..]));
        drop(scratch);
        let restored = restore(Source::Latest { url: snapshots.url.clone() });
        assert_eq!(contents(&restored.backend), before, "{kind:?}");
        let list = restored.backend.column_family(b"list\0").unwrap().unwrap();
        assert_eq!(list.descriptor(), b"descriptor");
        assert_eq!(
            (list.merge_kind(), list.memtable_kind()),
            (MergeKind::StringAppend(b';'), MemtableKind::HashLinkList)
        );
        list.merge(b"k", b"four").unwrap();
        assert_eq!(list.get(b"k").unwrap().unwrap(), b"one;two;three;four");
        assert_eq!(restored.backend.column_family(b"").unwrap().unwrap().descriptor(), b"newer");
        let sum = restored.backend.register_column_family(b"default", b"", &add).unwrap();
        assert_eq!(sum.get(b"").unwrap().unwrap(), 8u64.to_le_bytes());
        assert_eq!(
            SnapshotDirectory::open(&snapshots.url, &Options::new()).unwrap().verify(info.number).unwrap(),
            info.bytes
        );
    }
}

#[test]
fn an_empty_backend_can_be_snapshotted_and_restored() {
    for kind in KINDS {
        let (scratch, snapshots) = (open(&[]), snapshots());
        let info = take(&scratch.backend, kind, &snapshots.url);
        let restored = restore(number(&snapshots.url, info.number));
        assert!(contents(&restored.backend).is_empty());
        let family = restored.backend.create_column_family(b"f", b"", &options(&[])).unwrap();
        family.put(b"k", b"v").unwrap();
    }
}

#[test]
fn nothing_after_the_barrier_is_in_the_snapshot() {
    for kind in KINDS {
        acts::nothing_of_them_is_in_the_snapshot(kind, || (), |()| ());
    }
}

#[test]
fn later_snapshots_reuse_the_files_of_earlier_ones_also_after_a_restore() {
    let (scratch, snapshots) = (open(&[("disable_auto_compactions", "true")]), snapshots());
    let family = scratch.backend.create_column_family(b"f", b"", &options(&[])).unwrap();
    for key in 0..20_000u32 {
        family.put(&key.to_be_bytes(), &[key as u8; 100]).unwrap();
    }
    let first = take(&scratch.backend, Kind::Native, &snapshots.url);
    family.put(b"new", b"row").unwrap();
    let second = take(&scratch.backend, Kind::Native, &snapshots.url);
    assert!(first.bytes_written > 200_000 && second.bytes_written < 50_000, "{first:?} {second:?}");
    assert!(second.bytes > first.bytes);
    drop(scratch);
    let restored = restore(number(&snapshots.url, second.number));
    let third = take(&restored.backend, Kind::Native, &snapshots.url);
    assert!(third.bytes_written < 50_000, "{third:?}");
    drop(restored);
    let directory = SnapshotDirectory::open(&snapshots.url, &Options::new()).unwrap();
    assert_eq!(directory.retain(1).unwrap(), [first.number, second.number]);
    directory.sweep(std::time::Duration::ZERO, false).unwrap();
    directory.verify(third.number).unwrap();
    assert_eq!(
        all_rows(&restore(number(&snapshots.url, third.number)).backend.column_families().unwrap()[0]).len(),
        20_001
    );
    assert_eq!(directory.verify(first.number).unwrap_err().code, Code::NotFound);
}

#[test]
fn a_capture_is_a_directory_that_restores_alone() {
    for kind in KINDS {
        let scratch = open(&[]);
        let family = scratch.backend.create_column_family(b"f", b"", &options(&[])).unwrap();
        family.put(b"k", b"v").unwrap();
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("capture");
        let mut asked = request(kind, "");
        asked.target = Target::Capture(path.clone());
        let snapshot = scratch.backend.start_snapshot(&asked).unwrap();
        family.put(b"later", b"").unwrap();
        assert_eq!(snapshot.wait(None), State::Completed);
        let again = scratch.backend.start_snapshot(&asked).unwrap();
        assert_eq!(again.wait(None), State::Failed);
        assert!(again.result().unwrap_err().message.contains("capture"));
        drop(scratch);
        let moved = parent.path().join("moved");
        std::fs::rename(&path, &moved).unwrap();
        let restored = restore(Source::Capture { path: moved });
        assert_eq!(all_rows(&restored.backend.column_families().unwrap()[0]), [(b"k".to_vec(), b"v".to_vec())]);
    }
}

#[test]
fn a_key_range_clips_and_several_inputs_unite() {
    for kinds in [[Kind::Native, Kind::Native], [Kind::Native, Kind::Portable], [Kind::Portable, Kind::Portable]] {
        let mut sources = Vec::new();
        let mut kept = Vec::new();
        for (at, kind) in kinds.into_iter().enumerate() {
            let (scratch, snapshots) = (open(&[]), snapshots());
            let family = scratch.backend.create_column_family(b"f", b"", &options(&[])).unwrap();
            for key in (0..3000u32).filter(|key| *key as usize / 1500 == at) {
                family.put(&key.to_be_bytes(), &[at as u8]).unwrap();
            }
            let own = scratch.backend.create_column_family(format!("own{at}").as_bytes(), b"", &options(&[])).unwrap();
            own.put(&1000u32.to_be_bytes(), b"x").unwrap();
            let info = take(&scratch.backend, kind, &snapshots.url);
            sources.push(number(&snapshots.url, info.number));
            kept.push(snapshots);
        }
        let range = KeyRange { from: 1000u32.to_be_bytes().to_vec(), to: Some(2000u32.to_be_bytes().to_vec()) };
        let united = restore_range(&sources, &range).unwrap();
        let families = united.backend.column_families().unwrap();
        assert_eq!(
            families.iter().map(|family| family.name().to_vec()).collect::<Vec<_>>(),
            [&b"f"[..], b"own0", b"own1"]
        );
        let rows = all_rows(&families[0]);
        let expected: Vec<_> =
            (1000..2000u32).map(|key| (key.to_be_bytes().to_vec(), vec![(key / 1500) as u8])).collect();
        assert_eq!(rows, expected);
        assert_eq!(all_rows(&families[2]).len(), 1);
        let single = restore_range(&sources[..1], &range).unwrap();
        assert_eq!(all_rows(&single.backend.column_family(b"f").unwrap().unwrap()), expected[..500]);
        let error = restore_range(&[sources[0].clone(), sources[0].clone()], &range).err().unwrap();
        assert_eq!(error.code, Code::Mismatch);
        assert!(error.message.contains("\"f\"") || error.message.contains("own0"), "{error}");
    }
}

#[test]
fn inputs_that_do_not_overlap_unite_by_whole_files_with_every_version_of_a_row_in_order() {
    let mut sources = Vec::new();
    let mut kept = Vec::new();
    for at in 0..3u32 {
        let (scratch, snapshots) = (open(&[("disable_auto_compactions", "true")]), snapshots());
        let append = options(&[("merge", "string-append")]);
        let family = scratch.backend.create_column_family(b"f", b"", &append).unwrap();
        let keys = at * 1000..(at + 1) * 1000;
        // Several levels, each with newer versions of some rows, tombstones and operands.
        for round in 0..4u32 {
            for key in keys.clone().filter(|key| key % (round + 1) == 0) {
                match (key + round) % 4 {
                    0 => family.put(&key.to_be_bytes(), &[round as u8]).unwrap(),
                    1 => family.delete(&key.to_be_bytes()).unwrap(),
                    _ => family.merge(&key.to_be_bytes(), &[b'a' + round as u8]).unwrap(),
                }
            }
            family.delete_range(&(keys.start + round).to_be_bytes(), &(keys.start + round + 2).to_be_bytes()).unwrap();
            scratch.backend.flush().unwrap();
            if round == 1 {
                family.compact().unwrap();
            }
        }
        let info = take(&scratch.backend, Kind::Native, &snapshots.url);
        sources.push(number(&snapshots.url, info.number));
        kept.push((snapshots, all_rows(&family)));
    }
    let range = KeyRange { from: 500u32.to_be_bytes().to_vec(), to: Some(2600u32.to_be_bytes().to_vec()) };
    let united = restore_range(&sources, &range).unwrap();
    let family = united.backend.column_family(b"f").unwrap().unwrap();
    let expected: Vec<_> =
        kept.iter().flat_map(|(_, rows)| rows.clone()).filter(|(key, _)| range.contains(key)).collect();
    assert_eq!(all_rows(&family), expected);
    family.merge(&expected[0].0, b"z").unwrap();
    family.put(&expected[1].0, b"y").unwrap();
    united.backend.flush().unwrap();
    family.compact().unwrap();
    assert!(family.get(&expected[0].0).unwrap().unwrap().ends_with(b",z"));
    assert_eq!(family.get(&expected[1].0).unwrap().unwrap(), b"y");
    assert_eq!(all_rows(&family).len(), expected.len());
}

#[test]
fn unequal_descriptors_are_not_united() {
    let mut sources = Vec::new();
    let mut kept = Vec::new();
    for descriptor in [b"one", b"two"] {
        let (scratch, snapshots) = (open(&[]), snapshots());
        scratch.backend.create_column_family(b"f", descriptor, &options(&[])).unwrap();
        let info = take(&scratch.backend, Kind::Native, &snapshots.url);
        sources.push(number(&snapshots.url, info.number));
        kept.push(snapshots);
    }
    let error = restore_range(&sources, &KeyRange::default()).err().unwrap();
    assert_eq!(error.code, Code::Mismatch);
    assert!(error.message.contains("\"one\"") && error.message.contains("\"two\""), "{error}");
}

#[test]
fn restoring_what_is_not_there_says_so() {
    let snapshots = snapshots();
    let missing = restore_range(&[Source::Latest { url: snapshots.url.clone() }], &KeyRange::default()).err().unwrap();
    assert_eq!(missing.code, Code::NotFound);
    let scratch = open(&[]);
    let info = take(&scratch.backend, Kind::Native, &snapshots.url);
    let missing = restore_range(&[number(&snapshots.url, info.number + 7)], &KeyRange::default()).err().unwrap();
    assert_eq!(missing.code, Code::NotFound);
    assert!(restore_range(&[], &KeyRange::default()).is_err());
}

#[test]
fn a_missing_or_changed_file_is_named_and_nothing_is_opened() {
    for kind in KINDS {
        let (scratch, snapshots) = (open(&[]), snapshots());
        let family = scratch.backend.create_column_family(b"f", b"", &options(&[])).unwrap();
        family.put(b"k", b"v").unwrap();
        let info = take(&scratch.backend, kind, &snapshots.url);
        drop(scratch);
        let files = snapshots.directory.path().join("files");
        let suffix = if kind == Kind::Native { ".sst" } else { ".stream" };
        let name = std::fs::read_dir(&files)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .find(|path| path.to_str().unwrap().ends_with(suffix))
            .unwrap();
        let bytes = std::fs::read(&name).unwrap();
        std::fs::remove_file(&name).unwrap();
        let source = [number(&snapshots.url, info.number)];
        let object = name.file_name().unwrap().to_str().unwrap();
        let error = restore_range(&source, &KeyRange::default()).err().unwrap();
        assert!(error.message.contains(object), "{error}");
        std::fs::write(&name, &bytes[..bytes.len() - 1]).unwrap();
        let error = restore_range(&source, &KeyRange::default()).err().unwrap();
        assert!(error.code == Code::Corruption && error.message.contains(object), "{error}");
        let mut changed = bytes.clone();
        changed[20] ^= 1;
        std::fs::write(&name, &changed).unwrap();
        let storage = tempfile::tempdir().unwrap();
        let full = options(&[("restore.verify", "full"), ("storage.paths", storage.path().to_str().unwrap())]);
        let error = gabion::Backend::restore(&full, None, &source, &KeyRange::default()).err().unwrap();
        assert!(error.code == Code::Corruption && error.message.contains(object), "{error}");
        assert_eq!(std::fs::read_dir(storage.path()).unwrap().count(), 0);
        std::fs::write(&name, &bytes).unwrap();
        restore(source[0].clone());
    }
}

#[test]
fn latest_gives_way_to_an_older_snapshot_only_when_asked_to_and_says_what_it_took() {
    let (scratch, snapshots) = (open(&[]), snapshots());
    let family = scratch.backend.create_column_family(b"f", b"", &options(&[])).unwrap();
    let mut infos = Vec::new();
    for round in [b"1", b"2", b"3"] {
        family.put(b"k", round).unwrap();
        infos.push(take(&scratch.backend, Kind::Portable, &snapshots.url));
    }
    let job_files = |number: u64| {
        let directory = SnapshotDirectory::open(&snapshots.url, &Options::new()).unwrap();
        let manifest = directory.describe(number).unwrap();
        let names =
            std::fs::read_dir(snapshots.directory.path().join("files")).unwrap().map(|entry| entry.unwrap().path());
        names.filter(|path| manifest.contains(path.file_name().unwrap().to_str().unwrap())).collect::<Vec<_>>()
    };
    let damaged = job_files(infos[2].number);
    assert_eq!(damaged.len(), 1);
    std::fs::write(&damaged[0], b"damaged").unwrap();
    let latest = [Source::Latest { url: snapshots.url.clone() }];
    assert_eq!(restore_range(&latest, &KeyRange::default()).err().unwrap().code, Code::Corruption);
    let storage = tempfile::tempdir().unwrap();
    let path = storage.path().to_str().unwrap();
    let asked = options(&[("restore.fallback", "true"), ("storage.paths", path)]);
    let (backend, taken) = gabion::Backend::restore(&asked, None, &latest, &KeyRange::default()).unwrap();
    assert_eq!(taken[0].number, infos[1].number);
    assert_eq!(backend.column_family(b"f").unwrap().unwrap().get(b"k").unwrap().unwrap(), b"2");
    let third = [number(&snapshots.url, infos[2].number)];
    assert_eq!(
        gabion::Backend::restore(&asked, None, &third, &KeyRange::default()).err().unwrap().code,
        Code::Corruption
    );
}

#[test]
fn a_backend_that_was_overtaken_is_fenced() {
    let (scratch, snapshots) = (open(&[]), snapshots());
    scratch.backend.create_column_family(b"f", b"", &options(&[])).unwrap();
    let first = take(&scratch.backend, Kind::Native, &snapshots.url);
    let successor = restore(number(&snapshots.url, first.number));
    let late = restore(number(&snapshots.url, first.number));
    take(&successor.backend, Kind::Native, &snapshots.url);
    for zombie in [&scratch.backend, &late.backend] {
        let snapshot = zombie.start_snapshot(&request(Kind::Native, &snapshots.url)).unwrap();
        assert_eq!((snapshot.wait(None), snapshot.result().unwrap_err().code), (State::Failed, Code::Fenced));
    }
    take(&successor.backend, Kind::Portable, &snapshots.url);
}

#[test]
fn a_directory_is_known_again_by_another_url() {
    let (scratch, snapshots) = (open(&[]), snapshots());
    let family = scratch.backend.create_column_family(b"f", b"", &options(&[])).unwrap();
    family.put(b"key", b"value").unwrap();
    let first = take(&scratch.backend, Kind::Native, &snapshots.url);
    let elsewhere = tempfile::tempdir().unwrap();
    let link = elsewhere.path().join("link");
    std::os::unix::fs::symlink(snapshots.directory.path(), &link).unwrap();
    let other_url = format!("file://{}", link.display());
    let successor = restore(number(&snapshots.url, first.number));
    let late = restore(number(&snapshots.url, first.number));
    let next = take(&successor.backend, Kind::Native, &other_url);
    assert!(next.bytes_written < next.bytes, "the table file is reused");
    let snapshot = late.backend.start_snapshot(&request(Kind::Native, &other_url)).unwrap();
    assert_eq!((snapshot.wait(None), snapshot.result().unwrap_err().code), (State::Failed, Code::Fenced));
    take(&successor.backend, Kind::Native, &other_url);
}
