//! Every fault at every request of a snapshot, of a restore, of a discard and of a sweep: found by counting the requests.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use gabion::Code;
use gabion::snapshot::{Kind, SnapshotDirectory};

use crate::common::random::{Random, is_soak, seed};
use crate::data::{Data, assert_helps, restore};
use crate::place::{Place, alone, for_each, servers};
use crate::servers::Server;
use crate::servers::proxy::{Fault, Rule};

/// Cases at once: most of their time they wait.
const AT_ONCE: usize = 8;

/// What can befall one request.
const FAULTS: [Fault; 12] = [
    Fault::Refused(503, "SlowDown"),
    Fault::LostAnswer,
    Fault::Silence,
    Fault::Lie(500, "InternalError"),
    Fault::Reset,
    Fault::CutAnswer(30),
    Fault::Slow(1024),
    Fault::CutRequest(100),
    Fault::Refused(429, "TooManyRequests"),
    Fault::LateAnswer(Duration::from_millis(300)),
    Fault::Lie(503, "ServiceUnavailable"),
    Fault::Delay(Duration::from_millis(300)),
];

/// For a store that is tried again until it is well: the waits of one case don't hold up the requests of another. A busy machine may be slow, so
/// only where a fault takes all the time that there is, there is less.
fn patient(fault: Fault) -> [(&'static str, &'static str); 3] {
    let timeout = if matches!(fault, Fault::Silence | Fault::Slow(_)) { "15s" } else { "60s" };
    [("store.timeout", timeout), ("store.concurrency", "128"), ("store.memory", "1G")]
}

/// For a store that does not get well.
const IMPATIENT: [(&str, &str); 4] =
    [("store.timeout", "2s"), ("store.retries", "2"), ("store.concurrency", "128"), ("store.memory", "1G")];
/// No operation may take longer, on however busy a machine: some requests of four tries, to settle, and to clean up.
const LIMIT: Duration = Duration::from_secs(120);

/// A fault at a request.
#[derive(Debug)]
struct Case {
    server: &'static Server,
    kind: Kind,
    /// So many requests are spared.
    after: u64,
    fault: Fault,
}

impl Case {
    fn what(&self) -> String {
        let Case { server, kind, after, fault } = self;
        format!("{kind:?} on {}: {fault:?} at request {after}", server.name)
    }
}

/// Cases for each server and each kind whose operation has as many requests as `count` says. All in a soak; else one in `stride` requests, with
/// faults in turn.
fn cases(test: &str, stride: u64, count: impl Fn(&Data, &'static Server, Kind) -> u64) -> Vec<Case> {
    let mut random = Random::new(seed(test));
    let mut cases = Vec::new();
    let data = Data::new(true);
    let mut turn = random.index(FAULTS.len());
    for server in servers(test) {
        for kind in [Kind::Native, Kind::Portable] {
            let requests = count(&data, server, kind);
            println!("{test}: {kind:?} on {}: {requests} requests", server.name);
            let first = if is_soak() { 0 } else { random.below(stride) };
            for after in (first..requests).step_by(if is_soak() { 1 } else { stride as usize }) {
                let faults = if is_soak() { FAULTS.len() } else { 1 };
                cases.extend((turn..turn + faults).map(|at| Case {
                    server,
                    kind,
                    after,
                    fault: FAULTS[at % FAULTS.len()],
                }));
                turn += faults;
            }
        }
    }
    // So that no server has many at once.
    (1..cases.len()).for_each(|at| cases.swap(at, random.index(at + 1)));
    cases
}

/// Does `work` for each of the `cases`, with data that `start` makes; after that nothing lives any more.
fn try_each(
    test: &str,
    cases: impl FnOnce() -> Vec<Case>,
    start: impl Fn() -> Data + Sync,
    work: impl Fn(&Data, &Case, &str) + Sync,
) {
    let alone = alone();
    let cases = cases();
    let started = Instant::now();
    for_each(&cases, AT_ONCE, start, |data, case| work(data, case, &case.what()));
    println!("{test}: {} cases in {:.0?}", cases.len(), started.elapsed());
    alone.end(test);
}

fn large() -> Data {
    Data::new(true)
}

/// Requests of a snapshot that nothing befalls.
fn requests_of_snapshot(data: &Data, server: &'static Server, kind: Kind) -> u64 {
    let place = Place::new(server);
    data.take(kind, &place, &place.options(&patient(Fault::Reset)), LIMIT).unwrap();
    let (there, swept) = place.check("without a fault");
    assert_eq!((there.len(), swept), (1, false), "a snapshot on {} left something", server.name);
    place.requests() as u64
}

#[test]
fn a_snapshot_gets_over_one_fault_at_any_request() {
    const TEST: &str = "a_snapshot_gets_over_one_fault_at_any_request";
    let cases = || cases(TEST, 5, requests_of_snapshot);
    try_each(TEST, cases, large, |data, case, what| {
        let place = Place::new(case.server);
        place.befall(Rule::of(case.fault).after(case.after).times(1));
        let taken = data.take(case.kind, &place, &place.options(&patient(case.fault)), LIMIT);
        let info = taken.unwrap_or_else(|error| panic!("{what}: {error}; {:?}", place.done()));
        let (there, _) = place.check(what);
        assert_eq!(there.iter().map(|info| info.number).collect::<Vec<_>>(), [info.number], "{what}");
        data.assert_restored(&place, info.number, what);
    });
}

#[test]
fn a_snapshot_to_a_store_that_stays_bad_from_any_request_on_completes_or_fails_cleanly() {
    const TEST: &str = "a_snapshot_to_a_store_that_stays_bad_from_any_request_on_completes_or_fails_cleanly";
    let completed = AtomicUsize::new(0);
    let cases = || cases(TEST, 5, requests_of_snapshot);
    try_each(TEST, cases, large, |data, case, what| {
        let place = Place::new(case.server);
        place.befall(Rule::of(case.fault).after(case.after));
        let taken = data.take(case.kind, &place, &place.options(&IMPATIENT), LIMIT);
        let (there, _) = place.check(what);
        let there: Vec<u64> = there.iter().map(|info| info.number).collect();
        match taken {
            Ok(info) => {
                assert_eq!(there, [info.number], "{what}");
                data.assert_restored(&place, info.number, what);
                completed.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) => {
                assert_helps(&error, &place, what);
                let unknown = error.message.contains("it is not known whether the snapshot was published");
                assert!(there.is_empty() || unknown, "{what}: {error}, and yet there is {there:?}");
            }
        }
    });
    println!("{TEST}: {} completed", completed.into_inner());
}

/// A snapshot for all restores of one kind on one server.
struct Taken {
    place: Place,
    number: u64,
}

fn taken(data: &Data, server: &'static Server, kind: Kind) -> Taken {
    let place = Place::new(server);
    let number = data.take(kind, &place, &server.options(), LIMIT).unwrap().number;
    Taken { place, number }
}

/// Requests of a restore that nothing befalls.
fn requests_of_restore(data: &Data, server: &'static Server, kind: Kind) -> u64 {
    let Taken { place, number } = taken(data, server, kind);
    restore(&place, number, &place.options(&patient(Fault::Reset)), LIMIT).unwrap();
    place.requests() as u64
}

#[test]
fn a_restore_gets_over_one_fault_and_fails_cleanly_if_the_store_stays_bad() {
    const TEST: &str = "a_restore_gets_over_one_fault_and_fails_cleanly_if_the_store_stays_bad";
    let cases = || cases(TEST, 4, requests_of_restore);
    try_each(TEST, cases, large, |data, case, what| {
        let Taken { place, number } = taken(data, case.server, case.kind);
        place.befall(Rule::of(case.fault).after(case.after).times(1));
        let once = restore(&place, number, &place.options(&patient(case.fault)), LIMIT);
        assert!(once.unwrap_or_else(|error| panic!("{what}: {error}")) == data.contents, "{what}");
        place.heal();
        place.befall(Rule::of(case.fault).after(case.after));
        match restore(&place, number, &place.options(&IMPATIENT), LIMIT) {
            Ok(rows) => assert!(rows == data.contents, "{what}"),
            Err(error) => assert_helps(&error, &place, what),
        }
        assert!(!place.check(what).1, "{what}: a restore left something in the store");
    });
}

/// Discards the newest of two snapshots and sweeps.
fn tidy(place: &Place, settings: &[(&str, &str)], number: u64) -> Result<(), gabion::Error> {
    let directory = SnapshotDirectory::open(&place.url, &place.options(settings))?;
    directory.discard(number)?;
    directory.sweep(Duration::ZERO, false).map(drop)
}

/// Two snapshots in one place.
fn two(data: &Data, server: &'static Server, kind: Kind) -> (Place, [u64; 2]) {
    let place = Place::new(server);
    let numbers = [(); 2].map(|()| data.take(kind, &place, &server.options(), LIMIT).unwrap().number);
    (place, numbers)
}

/// Requests of a discard and a sweep that nothing befalls.
fn requests_of_tidying(data: &Data, server: &'static Server, kind: Kind) -> u64 {
    let (place, [_, newest]) = two(data, server, kind);
    tidy(&place, &patient(Fault::Reset), newest).unwrap();
    place.requests() as u64
}

#[test]
fn a_discard_and_a_sweep_of_a_store_that_is_bad_once_or_for_good_harm_no_snapshot() {
    const TEST: &str = "a_discard_and_a_sweep_of_a_store_that_is_bad_once_or_for_good_harm_no_snapshot";
    let cases = || cases(TEST, 5, requests_of_tidying);
    try_each(
        TEST,
        cases,
        || Data::new(false),
        |data, case, what| {
            for times in [1, u64::MAX] {
                let (place, [oldest, newest]) = two(data, case.server, case.kind);
                place.befall(Rule::of(case.fault).after(case.after).times(times));
                let started = Instant::now();
                let tidied = match times {
                    1 => tidy(&place, &patient(case.fault), newest),
                    _ => tidy(&place, &IMPATIENT, newest),
                };
                assert!(started.elapsed() < LIMIT, "{what}: {:?}", started.elapsed());
                match tidied {
                    Ok(()) => {}
                    // The first try of the discard was carried out, and its answer was lost.
                    Err(error) if error.code == Code::NotFound => {}
                    Err(error) => {
                        assert_ne!(times, 1, "{what}: {error}");
                        assert_helps(&error, &place, what);
                    }
                }
                place.heal();
                let directory = place.directory();
                if directory.list().unwrap().len() == 2 {
                    directory.discard(newest).unwrap();
                }
                directory.sweep(Duration::ZERO, false).unwrap();
                let (there, swept) = place.check(what);
                assert_eq!(there.iter().map(|info| info.number).collect::<Vec<_>>(), [oldest], "{what}");
                assert!(!swept, "{what}: a sweep had left something");
                data.assert_restored(&place, oldest, what);
            }
        },
    );
}
