//! Whatever a store does, a cancel and a close are answered at once; what is begun is undone behind it.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use gabion::snapshot::{Kind, Snapshot, State};

use crate::common::await_clean_ups;
use crate::common::random::{Random, is_soak, seed};
use crate::data::Data;
use crate::place::{Place, alone, for_each, servers};
use crate::servers::Server;
use crate::servers::proxy::{Fault, Rule};

/// What is promised.
const PROMISED: Duration = Duration::from_secs(1);
/// What is asserted: this machine may have other things to do.
const ASSERTED: Duration = Duration::from_secs(8);

/// A store that never gets well, and never gives up either.
const FAULTS: [Fault; 8] = [
    Fault::Silence,
    Fault::Slow(1024),
    Fault::Refused(503, "SlowDown"),
    Fault::Reset,
    Fault::LostAnswer,
    Fault::Delay(Duration::from_secs(60)),
    Fault::LateAnswer(Duration::from_secs(60)),
    Fault::CutAnswer(10),
];
const SETTINGS: [(&str, &str); 4] =
    [("store.timeout", "15s"), ("store.retries", "100"), ("store.concurrency", "256"), ("store.memory", "2G")];

/// Waits until a fault has befallen `place`, and a little longer.
fn await_fault(place: &Place, is_over: impl Fn() -> bool, later: Duration) {
    let started = Instant::now();
    while place.done().is_empty() && !is_over() {
        assert!(started.elapsed() < Duration::from_secs(60), "the fault never happened");
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(later);
}

/// The times that were taken.
fn report(test: &str, mut times: Vec<Duration>) {
    times.sort();
    let (median, longest) = (times[times.len() / 2], times[times.len() - 1]);
    let late = times.iter().filter(|time| **time > PROMISED).count();
    println!("{test}: {} times, median {median:.0?}, longest {longest:.0?}, {late} above {PROMISED:?}", times.len());
}

/// What the jobs in `places` left, each with the number that it published. One that was told that it was cancelled may have published all the
/// same, if the store kept back the answer for longer than that is waited for: that snapshot is whole.
fn check(test: &str, places: &[(Arc<Place>, String, Option<u64>)]) {
    let (mut swept, mut unknown) = (0, 0);
    for (place, what, published) in places {
        let (there, was_swept) = place.check(what);
        swept += usize::from(was_swept);
        let there: Vec<u64> = there.iter().map(|info| info.number).collect();
        match published {
            Some(number) => assert_eq!(there, [*number], "{what}"),
            None => assert!(there.len() <= 1, "{what}: {there:?}"),
        }
        unknown += usize::from(published.is_none() && !there.is_empty());
    }
    println!(
        "{test}: of {} places {swept} took a sweep, {unknown} have a snapshot that was cancelled too late",
        places.len()
    );
}

/// A fault that stays, from a request on.
struct Case {
    server: &'static Server,
    kind: Kind,
    fault: Fault,
    after: u64,
    /// How much later than the fault the snapshot is stopped.
    later: Duration,
}

fn cases(test: &str, stride: u64) -> Vec<Case> {
    let mut random = Random::new(seed(test));
    let data = Data::new(true);
    let mut cases = Vec::new();
    for server in servers(test) {
        for kind in [Kind::Native, Kind::Portable] {
            let place = Place::new(server);
            data.take(kind, &place, &place.options(&SETTINGS), Duration::from_secs(120)).unwrap();
            let requests = place.requests() as u64;
            let stride = if is_soak() { 1 } else { stride };
            for after in (random.below(stride)..requests).step_by(stride as usize) {
                let faults = if is_soak() { FAULTS.to_vec() } else { vec![FAULTS[random.index(FAULTS.len())]] };
                let later = Duration::from_millis(random.below(400));
                cases.extend(faults.into_iter().map(|fault| Case { server, kind, fault, after, later }));
            }
        }
    }
    cases
}

/// Begins a snapshot for each case and has it stopped by `stop`, which answers how long that took, if there was something to stop. Soon after the
/// network is well again, within the minute that a clean-up has, and what was begun is undone.
fn stop_each(test: &str, cases: &[Case], stop: impl Fn(&Data, &Snapshot, &str) -> Option<Duration> + Sync) {
    let (times, places) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    for_each(
        cases,
        6,
        || (Data::new(true), None::<Arc<Place>>),
        |(data, before), &Case { server, kind, fault, after, later }| {
            // The case before may have closed it.
            if !data.scratch.backend.directory().exists() {
                *data = Data::new(true);
            }
            let place = Arc::new(Place::new(server));
            let what = format!("{kind:?} on {}: {fault:?} from request {after} on", server.name);
            place.befall(Rule::of(fault).after(after));
            let request = data.request(kind, &place, &place.options(&SETTINGS));
            let snapshot = data.scratch.backend.start_snapshot(&request).unwrap();
            await_fault(&place, || has_ended(&snapshot), later);
            let took = stop(data, &snapshot, &what);
            if let Some(before) = before.replace(Arc::clone(&place)) {
                before.heal();
            }
            times.lock().unwrap().extend(took);
            places.lock().unwrap().push((place, what, snapshot.result().ok().map(|info| info.number)));
        },
    );
    let places = places.into_inner().unwrap();
    places.iter().for_each(|(place, ..)| place.heal());
    let healed = Instant::now();
    await_clean_ups();
    println!("{test}: clean-ups took {:.0?}", healed.elapsed());
    report(test, times.into_inner().unwrap());
    check(test, &places);
}

fn has_ended(snapshot: &Snapshot) -> bool {
    snapshot.wait(Some(Duration::ZERO)) != State::Running
}

#[test]
fn cancel_is_answered_at_once_whatever_the_store_does() {
    const TEST: &str = "cancel_is_answered_at_once_whatever_the_store_does";
    let alone = alone();
    stop_each(TEST, &cases(TEST, 6), |data, snapshot, what| {
        let was_running = !has_ended(snapshot);
        let cancelled = Instant::now();
        snapshot.cancel();
        let state = snapshot.wait(Some(ASSERTED));
        let took = cancelled.elapsed();
        assert_ne!(state, State::Running, "{what}: no answer to a cancel within {ASSERTED:?}");
        data.assert_no_work();
        let is_expected = matches!(state, State::Completed | State::Cancelled);
        assert!(is_expected, "{what}: {:?}", snapshot.result());
        was_running.then_some(took)
    });
    alone.end(TEST);
}

#[test]
fn close_during_an_upload_is_answered_at_once_whatever_the_store_does() {
    const TEST: &str = "close_during_an_upload_is_answered_at_once_whatever_the_store_does";
    let alone = alone();
    let mut cases = cases(TEST, 12);
    // In the middle of a file's parts.
    let (kind, fault, after, later) = (Kind::Native, Fault::Silence, 10, Duration::from_millis(500));
    cases.extend(servers(TEST).into_iter().map(|server| Case { server, kind, fault, after, later }));
    stop_each(TEST, &cases, |data, snapshot, what| {
        let closing = Instant::now();
        data.scratch.backend.close().unwrap();
        let took = closing.elapsed();
        assert!(took < ASSERTED, "{what}: a close took {took:?}");
        assert!(has_ended(snapshot), "{what}: it runs on after the close");
        assert!(!data.scratch.backend.directory().exists(), "{what}: the scratch directory stayed");
        Some(took)
    });
    alone.end(TEST);
}
