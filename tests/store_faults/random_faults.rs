//! Faults by chance, at the rates that others test with (SlateDB's chaos runs), one snapshot after another into one directory.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use gabion::snapshot::Kind;

use crate::common::random::{Random, is_soak, seed};
use crate::data::{Data, assert_helps, restore};
use crate::place::{Place, alone, for_each, servers};
use crate::servers::proxy::{Fault, Rule};

const LIMIT: Duration = Duration::from_secs(600);
const SETTINGS: [(&str, &str); 3] = [("store.timeout", "8s"), ("store.concurrency", "128"), ("store.memory", "1G")];

/// In a hundred requests: 15 resets, 35 late by 3 s and 30 whose answer is late by 2 s (a tenth of that unless it is a soak), 10 times 503,
/// 5 times 429; and a few of what else there is.
fn befall(place: &Place, seed: u64) {
    let scale = if is_soak() { 10 } else { 1 };
    let late = |tenths: u64| Duration::from_millis(tenths * 10 * scale);
    let faults = [
        (8, Fault::Reset),
        (7, Fault::LostAnswer),
        (10, Fault::Refused(503, "SlowDown")),
        (5, Fault::Refused(429, "TooManyRequests")),
        (2, Fault::Lie(500, "InternalError")),
        (2, Fault::CutAnswer(1000)),
        (2, Fault::CutRequest(1000)),
        (1, Fault::Silence),
        (1, Fault::Slow(1024)),
        (35, Fault::Delay(late(30))),
        (30, Fault::LateAnswer(late(20))),
    ];
    for (at, (percent, fault)) in faults.into_iter().enumerate() {
        place.befall(Rule::of(fault).percent(percent, seed ^ at as u64));
    }
}

#[test]
fn snapshots_and_restores_through_a_network_that_fails_by_chance_complete_or_fail_cleanly() {
    const TEST: &str = "snapshots_and_restores_through_a_network_that_fails_by_chance_complete_or_fail_cleanly";
    let alone = alone();
    let first = seed(TEST);
    let rounds = if is_soak() { 100 } else { 2 };
    let cases: Vec<_> = servers(TEST)
        .into_iter()
        .flat_map(|server| (0..rounds).map(move |round| (server, first.wrapping_add(round))))
        .collect();
    let [taken, failed, restored, refused] = [const { AtomicUsize::new(0) }; 4];
    let count = |counter: &AtomicUsize| counter.fetch_add(1, Ordering::Relaxed);
    let started = Instant::now();
    for_each(
        &cases,
        8,
        || Data::new(true),
        |data, &(server, seed)| {
            let mut random = Random::new(seed);
            let place = Place::new(server);
            let mut there = Vec::new();
            for step in 0..3 {
                let kind = if random.chance(50) { Kind::Native } else { Kind::Portable };
                let what = format!("GABION_SEED={seed}, step {step}, {kind:?} on {}", server.name);
                befall(&place, random.next());
                let answer = data.take(kind, &place, &place.options(&SETTINGS), LIMIT);
                match &answer {
                    Ok(info) => {
                        there.push(info.number);
                        count(&taken);
                    }
                    Err(error) => {
                        assert_helps(error, &place, &what);
                        count(&failed);
                    }
                }
                if let Ok(info) = &answer {
                    match restore(&place, info.number, &place.options(&SETTINGS), LIMIT) {
                        Ok(rows) => {
                            assert!(rows == data.contents, "{what}");
                            count(&restored);
                        }
                        Err(error) => {
                            assert_helps(&error, &place, &what);
                            count(&refused);
                        }
                    }
                }
                let (listed, _) = place.check(&what);
                let listed: Vec<u64> = listed.iter().map(|info| info.number).collect();
                let unknown = answer.is_err_and(|error| error.message.contains("not known whether"));
                if unknown && listed.len() == there.len() + 1 {
                    there = listed.clone();
                }
                assert_eq!(listed, there, "{what}");
            }
        },
    );
    let [taken, failed, restored, refused] = [taken, failed, restored, refused].map(AtomicUsize::into_inner);
    println!(
        "{TEST}: {taken} snapshots completed and {failed} failed, {restored} restores completed and {refused} failed, in {:.0?}",
        started.elapsed()
    );
    assert!(taken > 0 && restored > 0, "the network was too bad to test anything");
    alone.end(TEST);
}
