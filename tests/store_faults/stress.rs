//! Snapshots, discards, sweeps and restores all at once, through a network that fails by chance.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use gabion::snapshot::{Kind, SnapshotDirectory, SnapshotRequest, Target};
use gabion::{Code, Error};

use crate::common::await_clean_ups;
use crate::common::random::{Random, is_soak, seed};
use crate::data::{Data, assert_helps, restore};
use crate::place::{Place, alone, for_each, servers};
use crate::servers::proxy::{Fault, Rule};

const SETTINGS: [(&str, &str); 3] = [("store.timeout", "5s"), ("store.concurrency", "128"), ("store.memory", "1G")];
const LIMIT: Duration = Duration::from_secs(300);
/// What a slow machine gets for one of each.
const MORE: Duration = Duration::from_secs(120);

struct Stress {
    place: Place,
    stop: AtomicBool,
    /// Completed snapshots, discards, sweeps, restores; and what failed by the network.
    counts: [AtomicU64; 5],
}

impl Stress {
    fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Whether there was a snapshot, a sweep and a restore.
    fn has_all(&self) -> bool {
        [0, 2, 3].iter().all(|&at| self.counts[at].load(Ordering::Relaxed) > 0)
    }

    fn count(&self, at: usize) {
        self.counts[at].fetch_add(1, Ordering::Relaxed);
    }

    fn directory(&self) -> SnapshotDirectory {
        SnapshotDirectory::open(&self.place.url, &self.place.options(&SETTINGS)).unwrap()
    }

    /// Failures of the network must help; others, which `is_expected` knows, are part of the game.
    fn settle<T>(&self, at: usize, answer: Result<T, Error>, is_expected: impl Fn(&Error) -> bool) -> Option<T> {
        match answer {
            Ok(value) => {
                self.count(at);
                Some(value)
            }
            Err(error) if is_expected(&error) => None,
            Err(error) => {
                assert_helps(&error, &self.place, "under stress");
                self.count(4);
                None
            }
        }
    }

    fn snapshots(&self, data: &Data, mut random: Random) {
        let family = data.scratch.backend.column_family(b"small").unwrap().unwrap();
        while !self.is_over() {
            family.put(&random.next().to_be_bytes(), &random.bytes(100)).unwrap();
            let kind = if random.chance(70) { Kind::Native } else { Kind::Portable };
            let target = Target::Directory(self.place.url.clone());
            let mut options = self.place.options(&SETTINGS);
            // So long that no snapshot here comes near it on a machine that works at all.
            options.set("snapshot.grace", "60s").unwrap();
            let request = SnapshotRequest { kind, target, id: Vec::new(), metadata: Vec::new(), options };
            let snapshot = data.scratch.backend.start_snapshot(&request).unwrap();
            if random.chance(10) {
                std::thread::sleep(Duration::from_millis(random.below(300)));
                snapshot.cancel();
            }
            snapshot.wait(Some(LIMIT));
            self.settle(0, snapshot.result(), |error| error.code == Code::Cancelled);
        }
    }

    fn discards(&self, mut random: Random) {
        let directory = self.directory();
        while !self.is_over() {
            let Some(list) = self.settle(3, directory.list(), |_| false) else { continue };
            if list.len() > 3 {
                // Not only the oldest, and now and then the newest.
                let number = list[random.index(list.len())].number;
                self.settle(1, directory.discard(number), |error| error.code == Code::NotFound);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn sweeps(&self) {
        let directory = self.directory();
        while !self.is_over() {
            self.settle(2, directory.sweep(Duration::from_secs(1), false), |error| error.code == Code::NotFound);
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn restores(&self, data: &Data, mut random: Random) {
        let directory = self.directory();
        while !self.is_over() {
            let Some(list) = self.settle(3, directory.list(), |_| false) else { continue };
            if let Some(info) = list.get(random.index(list.len().max(1))) {
                let restored = restore(&self.place, info.number, &self.place.options(&SETTINGS), LIMIT);
                // Discarded meanwhile.
                let rows = self.settle(3, restored, |error| error.code == Code::NotFound);
                let families = |rows: &[(Vec<u8>, crate::common::Rows)]| {
                    rows.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()
                };
                assert!(rows.is_none_or(|rows| families(&rows) == families(&data.contents)));
            }
        }
    }
}

#[test]
fn snapshots_discards_sweeps_and_restores_at_once_through_a_bad_network_lose_nothing() {
    const TEST: &str = "snapshots_discards_sweeps_and_restores_at_once_through_a_bad_network_lose_nothing";
    let alone = alone();
    let seed = seed(TEST);
    let run = Duration::from_secs(if is_soak() { 300 } else { 10 });
    for_each(
        &servers(TEST),
        4,
        || Data::new(false),
        |data, server| {
            let place = Place::new(server);
            data.take(Kind::Native, &place, &server.options(), LIMIT).unwrap();
            for (at, (percent, fault)) in [
                (3, Fault::Refused(503, "SlowDown")),
                (3, Fault::Reset),
                (3, Fault::LostAnswer),
                (2, Fault::Lie(500, "InternalError")),
                (2, Fault::CutAnswer(50)),
                (20, Fault::Delay(Duration::from_millis(50))),
            ]
            .into_iter()
            .enumerate()
            {
                place.befall(Rule::of(fault).percent(percent, seed ^ at as u64));
            }
            let stress = Stress { place, stop: AtomicBool::new(false), counts: Default::default() };
            std::thread::scope(|scope| {
                scope.spawn(|| stress.snapshots(data, Random::new(seed)));
                scope.spawn(|| stress.discards(Random::new(seed ^ 1)));
                scope.spawn(|| stress.sweeps());
                scope.spawn(|| stress.restores(data, Random::new(seed ^ 2)));
                let started = Instant::now();
                while started.elapsed() < if stress.has_all() { run } else { run + MORE } {
                    std::thread::sleep(Duration::from_millis(50));
                }
                stress.stop.store(true, Ordering::Relaxed);
            });
            stress.place.heal();
            await_clean_ups();
            let (there, _) = stress.place.check(&format!("{} after the stress", server.name));
            for info in there.iter().rev().take(3) {
                restore(&stress.place, info.number, &server.options(), LIMIT).unwrap();
            }
            let [taken, discarded, swept, restored, failed] = stress.counts.map(AtomicU64::into_inner);
            println!(
                "{TEST}: {}: {taken} snapshots, {discarded} discards, {swept} sweeps, {restored} lists and restores; {failed} failed by the network",
                server.name
            );
            assert!(taken > 0 && swept > 0 && restored > 0, "{}: nothing was tested", server.name);
        },
    );
    alone.end(TEST);
}
