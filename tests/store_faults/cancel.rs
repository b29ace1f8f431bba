//! Whatever a store does, a cancel and a close are answered at once; what is begun is undone behind it.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use gabion::snapshot::{Kind, State};

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

/// The times that were taken, sorted.
fn report(test: &str, times: Mutex<Vec<Duration>>) {
    let mut times = times.into_inner().unwrap();
    times.sort();
    let (median, longest) = (times[times.len() / 2], times[times.len() - 1]);
    let late = times.iter().filter(|time| **time > PROMISED).count();
    println!("{test}: {} times, median {median:.0?}, longest {longest:.0?}, {late} above {PROMISED:?}", times.len());
}

/// What the jobs in `places` left, each with the number that it published. One that was told that it was cancelled may have published all the
/// same, if the store kept back the answer for longer than that is waited for: that snapshot is whole.
fn check(test: &str, places: &[(Place, String, Option<u64>)]) {
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

fn cases(test: &str, random: &mut Random, stride: u64) -> Vec<(&'static Server, Kind, Fault, u64, Duration)> {
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
                cases.extend(faults.into_iter().map(|fault| (server, kind, fault, after, later)));
            }
        }
    }
    cases
}

#[test]
fn cancel_is_answered_at_once_whatever_the_store_does() {
    const TEST: &str = "cancel_is_answered_at_once_whatever_the_store_does";
    let alone = alone();
    let mut random = Random::new(seed(TEST));
    let cases = cases(TEST, &mut random, 6);
    let (times, places) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    for_each(
        &cases,
        6,
        || Data::new(true),
        |data, &(server, kind, fault, after, later)| {
            let (place, what) =
                (Place::new(server), format!("{kind:?} on {}: {fault:?} from request {after} on", server.name));
            place.befall(Rule::of(fault).after(after));
            let request = data.request(kind, &place, &place.options(&SETTINGS));
            let snapshot = data.scratch.backend.start_snapshot(&request).unwrap();
            await_fault(&place, || snapshot.wait(Some(Duration::ZERO)) != State::Running, later);
            let has_ended = snapshot.wait(Some(Duration::ZERO)) != State::Running;
            let cancelled = Instant::now();
            snapshot.cancel();
            let state = snapshot.wait(Some(ASSERTED));
            if !has_ended {
                times.lock().unwrap().push(cancelled.elapsed());
            }
            assert_ne!(state, State::Running, "{what}: no answer to a cancel within {ASSERTED:?}");
            data.assert_no_work();
            let answer = snapshot.result();
            let is_expected = matches!(state, State::Completed | State::Cancelled);
            assert!(is_expected, "{what}: {answer:?}");
            places.lock().unwrap().push((place, what, answer.ok().map(|info| info.number)));
        },
    );
    let places = places.into_inner().unwrap();
    places.iter().for_each(|(place, ..)| place.heal());
    let healed = Instant::now();
    Place::await_clean_ups();
    let clean_ups = healed.elapsed();
    report(TEST, times);
    println!("{TEST}: clean-ups took {clean_ups:.0?}");
    check(TEST, &places);
    alone.end(TEST);
}

#[test]
fn close_during_an_upload_is_answered_at_once_whatever_the_store_does() {
    const TEST: &str = "close_during_an_upload_is_answered_at_once_whatever_the_store_does";
    let alone = alone();
    let mut random = Random::new(seed(TEST));
    let mut cases = cases(TEST, &mut random, 12);
    cases.extend(servers(TEST).into_iter().map(|server| {
        // In the middle of a file's parts.
        (server, Kind::Native, Fault::Silence, 10, Duration::from_millis(500))
    }));
    let (times, places) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    for_each(
        &cases,
        6,
        || (),
        |(), &(server, kind, fault, after, later)| {
            let data = Data::new(true);
            let (place, what) =
                (Place::new(server), format!("{kind:?} on {}: {fault:?} from request {after} on", server.name));
            place.befall(Rule::of(fault).after(after));
            let request = data.request(kind, &place, &place.options(&SETTINGS));
            let snapshot = data.scratch.backend.start_snapshot(&request).unwrap();
            await_fault(&place, || snapshot.wait(Some(Duration::ZERO)) != State::Running, later);
            let closing = Instant::now();
            data.scratch.backend.close().unwrap();
            let took = closing.elapsed();
            times.lock().unwrap().push(took);
            assert!(took < ASSERTED, "{what}: a close took {took:?}");
            assert_ne!(snapshot.wait(Some(Duration::ZERO)), State::Running, "{what}: it runs on after the close");
            assert!(!data.scratch.backend.directory().exists(), "{what}: the scratch directory stayed");
            places.lock().unwrap().push((place, what, snapshot.result().ok().map(|info| info.number)));
        },
    );
    let places = places.into_inner().unwrap();
    places.iter().for_each(|(place, ..)| place.heal());
    Place::await_clean_ups();
    report(TEST, times);
    check(TEST, &places);
    alone.end(TEST);
}
