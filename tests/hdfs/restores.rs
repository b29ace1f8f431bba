//! Backends whose snapshots are in an HDFS.

use gabion::ColumnFamily;
use gabion::restore::{KeyRange, Source};
use gabion::snapshot::Kind;

use crate::clusters::{self, assert_swept};
use crate::common::{await_clean_ups, contents, number, open, options, request, restore, restore_range, take};

fn fill(family: &ColumnFamily, round: u32) {
    for key in (round..20_000).step_by(7) {
        family.put(&key.to_be_bytes(), &[round as u8; 40]).unwrap();
    }
}

#[test]
fn two_restores_of_one_snapshot_race_and_both_have_everything() {
    let Some(cluster) = clusters::plain() else { return };
    for kind in [Kind::Native, Kind::Portable] {
        let place = clusters::place(&cluster, &[]);
        // A compaction between the snapshots would leave nothing to reuse.
        let scratch = open(&[("write_buffer_size", "65536"), ("disable_auto_compactions", "true")]);
        let family = scratch.backend.create_column_family(b"family", b"", &options(&[])).unwrap();
        fill(&family, 0);
        let first = take(&scratch.backend, kind, &place.url);
        fill(&family, 1);
        let second = take(&scratch.backend, kind, &place.url);
        assert!(kind == Kind::Portable || second.bytes_written < second.bytes, "files of the first one are reused");
        let expected = contents(&scratch.backend);
        let restored: Vec<_> = std::thread::scope(|scope| {
            let latest = || restore(Source::Latest { url: place.url.clone() });
            let threads: Vec<_> = (0..2).map(|_| scope.spawn(latest)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        restored.iter().for_each(|restored| assert!(contents(&restored.backend) == expected));
        assert!(restore_range(&[number(&place.url, first.number)], &KeyRange::default()).is_ok());
        assert_eq!(assert_swept(&cluster, &place), [first.number, second.number]);
    }
}

#[test]
fn a_cancelled_snapshot_ends_within_a_second_and_leaves_nothing_after_a_sweep() {
    let Some(cluster) = clusters::plain() else { return };
    let place = clusters::place(&cluster, &[]);
    let scratch = open(&[]);
    let family = scratch.backend.create_column_family(b"family", b"", &options(&[])).unwrap();
    (0..20_000u32).for_each(|key| family.put(&key.to_be_bytes(), &[7; 1000]).unwrap());
    let first = take(&scratch.backend, Kind::Native, &place.url);
    fill(&family, 1);
    for millis in [0, 20, 100, 300, 600] {
        let snapshot = scratch.backend.start_snapshot(&request(Kind::Portable, &place.url)).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(millis));
        let cancelled = std::time::Instant::now();
        snapshot.cancel();
        snapshot.wait(None);
        assert!(cancelled.elapsed().as_secs_f64() < 10.0, "{:?} after {millis} ms", cancelled.elapsed());
        // It may have been faster, also behind our back.
        await_clean_ups();
        for info in place.directory().list().unwrap().iter().filter(|info| info.number > first.number) {
            place.directory().discard(info.number).unwrap();
        }
    }
    assert_eq!(assert_swept(&cluster, &place), [first.number]);
}
