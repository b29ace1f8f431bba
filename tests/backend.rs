//! Opening, naming families, closing.

mod common;

use common::random::is_soak;
use common::{all_rows, open, options, take};
use gabion::column_family::{MemtableKind, MergeKind};
use gabion::restore::{KeyRange, Source};
use gabion::scan::ScanRange;
use gabion::snapshot::Kind;
use gabion::{Backend, Budget, Code};

#[test]
fn any_name_works_and_is_kept_in_order() {
    let scratch = open(&[]);
    let long = vec![b'x'; 10 << 10];
    let names: [&[u8]; 9] = [
        b"",
        b"default",
        "größe-状態".as_bytes(),
        b"with\0nul",
        &long,
        b"gabion%",
        b"gabion%64656661756c74",
        b"\xff\xfe",
        b"plain",
    ];
    for (at, name) in names.iter().enumerate() {
        let family = scratch.backend.create_column_family(name, &[at as u8], &options(&[])).unwrap();
        family.put(b"k", name).unwrap();
    }
    let found = scratch.backend.column_families().unwrap();
    assert_eq!(found.iter().map(|family| family.name()).collect::<Vec<_>>(), names);
    for (at, name) in names.iter().enumerate() {
        let family = scratch.backend.column_family(name).unwrap().unwrap();
        assert_eq!(family.descriptor(), [at as u8]);
        assert_eq!(family.get(b"k").unwrap().unwrap(), *name);
    }
    assert!(scratch.backend.column_family(b"absent").unwrap().is_none());
}

#[test]
fn three_hundred_hash_families_stay_within_their_budget() {
    let storage = tempfile::tempdir().unwrap();
    let budget = Budget::new(256 << 20).unwrap();
    let settings = options(&[("storage.paths", storage.path().to_str().unwrap())]);
    let backend = Backend::open(&settings, Some(&budget)).unwrap();
    let hash = options(&[("memtable", "hash-link-list")]);
    for at in 0..300 {
        let family = backend.create_column_family(format!("f{at}").as_bytes(), b"", &hash).unwrap();
        for key in 0..100u32 {
            family.put(&key.to_be_bytes(), &[7; 100]).unwrap();
        }
    }
    let used: u64 =
        budget.used().iter().filter(|(part, _)| *part != "block_cache_pinned").map(|(_, bytes)| bytes).sum();
    assert!(used > 0 && used < 256 << 20, "{used}");
    assert_eq!(all_rows(&backend.column_family(b"f299").unwrap().unwrap()).len(), 100);
}

#[test]
fn the_buckets_of_a_hash_memtable_follow_the_write_buffer() {
    let scratch = open(&[]);
    let mut sizes = Vec::new();
    for buffer in ["1M", "4M", "64M"] {
        // Small blocks, so that the array has its own.
        let small = ("arena_block_size", "32K");
        let kinds = options(&[("memtable", "hash-link-list"), ("write_buffer_size", buffer), small]);
        let family = scratch.backend.create_column_family(buffer.as_bytes(), b"", &kinds).unwrap();
        let metrics = scratch.backend.metrics().unwrap();
        let name = format!("column_family.{buffer}.cur-size-active-mem-table");
        sizes.push(metrics.iter().find(|metric| metric.name == name).unwrap().value);
        assert_eq!(all_rows(&family), []);
    }
    // An empty memtable is its bucket array and little else: 1/32 of a small write buffer, 1/128 of a large one.
    for (size, buckets) in sizes.iter().zip([32u64 << 10, 128 << 10, 512 << 10]) {
        assert!((buckets..buckets + (16 << 10)).contains(size), "{sizes:?}");
    }
}

#[test]
fn registering_looks_up_or_creates_and_refuses_another_descriptor() {
    let scratch = open(&[]);
    let first = scratch.backend.register_column_family(b"f", b"one", &options(&[])).unwrap();
    first.put(b"k", b"v").unwrap();
    let again = scratch.backend.register_column_family(b"f", b"one", &options(&[])).unwrap();
    assert_eq!(again.get(b"k").unwrap(), Some(b"v".to_vec()));
    let error = scratch.backend.register_column_family(b"f", b"two", &options(&[])).unwrap_err();
    assert_eq!(error.code, Code::Mismatch);
    for part in ["\"f\"", "\"one\"", "\"two\""] {
        assert!(error.message.contains(part), "{error}");
    }
    let merging = options(&[("merge", "uint64-add")]);
    assert_eq!(scratch.backend.register_column_family(b"f", b"one", &merging).unwrap_err().code, Code::Mismatch);
    assert_eq!(scratch.backend.create_column_family(b"f", b"", &options(&[])).unwrap_err().code, Code::AlreadyExists);
    again.set_descriptor(b"two").unwrap();
    assert_eq!(first.descriptor(), b"two");
    scratch.backend.register_column_family(b"f", b"two", &options(&[])).unwrap();
}

#[test]
fn kinds_are_given_at_creation() {
    let scratch = open(&[]);
    let kinds = options(&[("merge", "string-append"), ("merge.delimiter", "0x00"), ("memtable", "hash-link-list")]);
    let family = scratch.backend.create_column_family(b"f", b"", &kinds).unwrap();
    assert_eq!(family.merge_kind(), MergeKind::StringAppend(0));
    assert_eq!(family.memtable_kind(), MemtableKind::HashLinkList);
}

#[test]
fn a_dropped_family_is_gone_and_its_name_is_free() {
    let scratch = open(&[]);
    let family = scratch.backend.create_column_family(b"f", b"", &options(&[])).unwrap();
    family.put(b"k", b"v").unwrap();
    scratch.backend.drop_column_family(&family).unwrap();
    assert_eq!(family.get(b"k").unwrap_err().code, Code::NotFound);
    assert_eq!(scratch.backend.drop_column_family(&family).unwrap_err().code, Code::NotFound);
    let again = scratch.backend.create_column_family(b"f", b"", &options(&[])).unwrap();
    assert_eq!(again.get(b"k").unwrap(), None);
}

#[test]
fn closing_makes_everything_answer_closed_and_removes_the_directory() {
    let scratch = open(&[]);
    let family = scratch.backend.create_column_family(b"f", b"", &options(&[])).unwrap();
    family.put(b"k", b"v").unwrap();
    let view = scratch.backend.view().unwrap();
    let mut scan = family.scan(&ScanRange::default(), None).unwrap();
    let directory = scratch.backend.directory().to_owned();
    assert!(directory.join("db/CURRENT").exists());
    scratch.backend.close().unwrap();
    scratch.backend.close().unwrap();
    assert!(!directory.exists());
    let codes = [
        family.get(b"k").unwrap_err().code,
        family.put(b"k", b"v").unwrap_err().code,
        scan.fill(&mut [0; 100]).unwrap_err().code,
        view.get(&family, b"k").unwrap_err().code,
        scratch.backend.view().unwrap_err().code,
        scratch.backend.column_families().unwrap_err().code,
        scratch.backend.metrics().unwrap_err().code,
    ];
    assert_eq!(codes, [Code::Closed; 7]);
    drop(family);
    drop((view, scan));
}

#[test]
fn closing_races_with_reads_writes_scans_and_views() {
    let rounds = if is_soak() { 500 } else { 15 };
    for round in 0..rounds {
        let scratch = open(&[]);
        let family = scratch.backend.create_column_family(b"f", b"", &options(&[])).unwrap();
        for key in 0..100u32 {
            family.put(&key.to_be_bytes(), &[1; 50]).unwrap();
        }
        std::thread::scope(|scope| {
            for thread in 0..6 {
                let (family, backend) = (family.clone(), scratch.backend.clone());
                scope.spawn(move || {
                    let mut block = vec![0; 1000];
                    let code = loop {
                        let result = match thread {
                            0 => family.put(b"x", b"y"),
                            1 => family.get(&5u32.to_be_bytes()).map(drop),
                            2 => backend.view().map(drop),
                            3 => backend.metrics().map(drop),
                            4 => backend.flush(),
                            _ => {
                                family.scan(&ScanRange::default(), None).and_then(|mut s| s.fill(&mut block).map(drop))
                            }
                        };
                        match result {
                            Err(error) if error.code == Code::ConcurrentWrite => {}
                            Err(error) => break error.code,
                            Ok(()) => {}
                        }
                    };
                    assert_eq!(code, Code::Closed);
                });
            }
            std::thread::sleep(std::time::Duration::from_micros(round * 700));
            scratch.backend.close().unwrap();
        });
    }
}

#[test]
fn effective_options_and_metrics_can_be_read() {
    let scratch = open(&[("write_buffer_size", "1048576"), ("statistics", "true")]);
    let family = scratch.backend.create_column_family(b"f %", b"", &options(&[("block_size", "8192")])).unwrap();
    family.put(b"k", b"v").unwrap();
    let text = scratch.backend.effective_options().unwrap();
    assert!(text.contains("write_buffer_size=1048576") && text.contains("block_size=8192"), "{text}");
    let metrics = scratch.backend.metrics().unwrap();
    let value = |name: &str| metrics.iter().find(|metric| metric.name == name).map(|metric| metric.value);
    assert_eq!(value("column_family.f%20%25.estimate-num-keys"), Some(1));
    assert_eq!(value("rocksdb.number.keys.written"), Some(1));
    assert!(value("live.backends").unwrap() >= 1);
}

#[test]
fn effective_options_can_be_read_while_families_are_made() {
    let scratch = open(&[]);
    let making = std::sync::atomic::AtomicBool::new(true);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    while making.load(std::sync::atomic::Ordering::Relaxed) {
                        assert!(scratch.backend.effective_options()?.contains("[DBOptions]"));
                    }
                    Ok::<(), gabion::Error>(())
                })
            })
            .collect();
        for at in 0..60 {
            scratch.backend.create_column_family(format!("f{at}").as_bytes(), b"", &options(&[])).unwrap();
        }
        making.store(false, std::sync::atomic::Ordering::Relaxed);
        readers.into_iter().for_each(|reader| reader.join().unwrap().unwrap());
    });
}

/// Tells a copy of this test binary to open or to restore, in this folder, until it exits.
const ENDING: &str = "GABION_ENDING";

#[test]
fn an_exit_in_the_middle_of_opening_and_restoring_is_clean() {
    const TEST: &str = "an_exit_in_the_middle_of_opening_and_restoring_is_clean";
    if let Ok(folder) = std::env::var(ENDING) {
        end_amid_work(&folder);
    }
    let folder = tempfile::tempdir().unwrap();
    let url = format!("file://{}/snapshots", folder.path().display());
    let scratch = open(&[]);
    let family = scratch.backend.create_column_family(b"f", b"", &options(&[])).unwrap();
    (0..20_000u32).for_each(|key| family.put(&key.to_be_bytes(), &[7; 50]).unwrap());
    take(&scratch.backend, Kind::Native, &url);
    take(&scratch.backend, Kind::Portable, &url);
    let rounds = if is_soak() { 2000 } else { 100 };
    let end = |round: u64| {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        let child = child.args([TEST, "--exact", "--nocapture"]).env(ENDING, folder.path());
        let output = child.env("GABION_ENDING_AFTER", (1_000 + round * 977 % 60_000).to_string()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(7), "round {round}: {}: {said}", output.status);
    };
    // Many at once: on a busy machine the exit and the work in its way take turns.
    std::thread::scope(|scope| {
        (0..12).for_each(|at| drop(scope.spawn(move || (at..rounds).step_by(12).for_each(end))))
    });
}

/// Opens and restores on several threads, and exits some microseconds later.
fn end_amid_work(folder: &str) -> ! {
    let url = format!("file://{folder}/snapshots");
    let settings = options(&[("storage.paths", &format!("{folder}/scratch"))]);
    for thread in 0..3 {
        let (url, settings) = (url.clone(), settings.clone());
        std::thread::spawn(move || {
            loop {
                let source = match thread {
                    0 => {
                        drop(Backend::open(&settings, None));
                        continue;
                    }
                    1 => Source::Number { url: url.clone(), number: 2 },
                    _ => Source::Latest { url: url.clone() },
                };
                drop(Backend::restore(&settings, None, &[source], &KeyRange::default()));
            }
        });
    }
    let after = std::env::var("GABION_ENDING_AFTER").unwrap().parse().unwrap();
    std::thread::sleep(std::time::Duration::from_micros(after));
    std::process::exit(7)
}

#[test]
fn a_wrong_option_leaves_nothing_behind() {
    let storage = tempfile::tempdir().unwrap();
    let path = storage.path().to_str().unwrap();
    let settings = options(&[("storage.paths", path), ("merge", "uint64-add")]);
    assert_eq!(Backend::open(&settings, None).unwrap_err().code, Code::InvalidArgument);
    assert_eq!(std::fs::read_dir(storage.path()).unwrap().count(), 0);
}
