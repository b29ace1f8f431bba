//! Name nodes that are down, in safe mode, silent, or change roles.

use std::time::{Duration, Instant};

use gabion::Code;
use gabion::store::Control;

use crate::clusters::{self, BOUND, IMPATIENT, assert_says, assert_swept};
use crate::place::{HOUR, Place};

#[test]
fn in_safe_mode_writes_fail_with_a_sentence_and_reads_go_on() {
    let Some(cluster) = clusters::plain() else { return };
    let place = clusters::place(&cluster, &IMPATIENT);
    let writer = place.writer(HOUR);
    let published = place.publish(&writer, &[], &["before"]).unwrap();
    cluster.tell("safe-mode ENTER");
    let started = Instant::now();
    let error = place.publish(&writer, &[], &["meanwhile"]).unwrap_err();
    let deleted = place.store().delete(&["files/x".to_owned()], &Control::new()).unwrap_err();
    assert!(started.elapsed() < BOUND);
    assert_eq!(place.check(), [published.number]);
    cluster.tell("safe-mode LEAVE");
    assert_says(&error, &place, &["intents/", "safe mode", "-safemode leave", "tried 3 times"]);
    assert_says(&deleted, &place, &["cannot delete files/x", "safe mode"]);
    let next = place.publish(&writer, &[], &["after"]).unwrap();
    assert_eq!(assert_swept(&cluster, &place), [published.number, next.number]);
}

#[test]
fn a_snapshot_waits_for_a_name_node_that_comes_back() {
    let Some(cluster) = clusters::plain() else { return };
    // A busy machine may take long to start one.
    let place = clusters::place(&cluster, &[("store.timeout", "120s"), ("store.retries", "100")]);
    let writer = place.writer(HOUR);
    let before = place.publish(&writer, &[], &["before"]).unwrap();
    let during = std::thread::scope(|scope| {
        cluster.tell("stop-namenode 0");
        let publish = scope.spawn(|| place.publish(&writer, std::slice::from_ref(&before), &["before", "during"]));
        std::thread::sleep(Duration::from_secs(1));
        assert!(!publish.is_finished());
        cluster.tell("start-namenode 0");
        publish.join().unwrap()
    });
    cluster.tell("wait-active");
    assert_eq!(assert_swept(&cluster, &place), [before.number, during.unwrap().number]);
}

#[test]
fn without_a_name_node_every_call_fails_in_time() {
    let Some(cluster) = clusters::plain() else { return };
    let place = clusters::place(&cluster, &IMPATIENT);
    let writer = place.writer(HOUR);
    let before = place.publish(&writer, &[], &["before"]).unwrap();
    cluster.tell("stop-namenode 0");
    for (call, error) in every_call(&place) {
        assert_says(&error, &place, &[call, "nobody listens", "tried 3 times"]);
    }
    let started = Instant::now();
    assert!(place.publish(&writer, &[], &["during"]).is_err());
    assert!(started.elapsed() < BOUND);
    cluster.tell("start-namenode 0");
    cluster.tell("wait-active");
    let after = place.publish(&writer, &[], &["after"]).unwrap();
    assert_eq!(assert_swept(&cluster, &place), [before.number, after.number]);
}

#[test]
fn a_silent_cluster_fails_every_call_in_time_and_one_sweep_removes_what_it_does_when_it_wakes() {
    let Some(cluster) = clusters::plain() else { return };
    let place = clusters::place(&cluster, &IMPATIENT);
    let writer = place.writer(HOUR);
    let before = place.publish(&writer, &[], &["before"]).unwrap();
    cluster.freeze(true);
    for (call, error) in every_call(&place) {
        assert_says(&error, &place, &[call, "no answer within 3s", "tried 3 times"]);
        assert_eq!(error.code, Code::TimedOut);
    }
    let cancelled = seconds_to_cancel(&place);
    cluster.freeze(false);
    println!("the longest cancel took {cancelled} s");
    assert!(cancelled < 10.0, "a cancel took {cancelled} s");
    let after = place.publish(&writer, &[], &["after"]).unwrap();
    assert_eq!(assert_swept(&cluster, &place), [before.number, after.number]);
}

/// What each call of a store answers when none can succeed, and that it does so in time.
fn every_call(place: &Place) -> Vec<(&'static str, gabion::Error)> {
    let (store, control) = (place.store(), Control::new());
    let timed = |call, failed: &dyn Fn() -> gabion::Result<()>| {
        let started = Instant::now();
        let error = failed().unwrap_err();
        assert!(started.elapsed() < BOUND, "{call} took {:?}", started.elapsed());
        (call, error)
    };
    vec![
        timed("cannot list files", &|| store.list("files", &control).map(drop)),
        timed("cannot look at files/x", &|| store.head("files/x", &control).map(drop)),
        timed("cannot read files/x", &|| store.read("files/x", 10, &control).map(drop)),
        timed("cannot create sequence/9", &|| store.put_new("sequence/9", "x".into(), &control).map(drop)),
        timed("cannot delete files/x", &|| store.delete(&["files/x".to_owned()], &control)),
        timed("cannot make the directory", &|| store.create(&control)),
    ]
}

/// A call that can be cancelled.
type Call<'a> = &'a (dyn Fn(&Control) -> gabion::Result<()> + Sync);

/// How long the longest of some calls takes to answer after its cancel.
fn seconds_to_cancel(place: &Place) -> f64 {
    let store = place.store();
    let calls: [Call<'_>; 3] = [
        &|control| store.list("files", control).map(drop),
        &|control| store.put_new("sequence/9", "x".into(), control).map(drop),
        &|control| store.delete(&["files/x".to_owned()], control),
    ];
    let seconds = calls.map(|call| {
        let control = Control::new();
        std::thread::scope(|scope| {
            let running = scope.spawn(|| call(&control));
            std::thread::sleep(Duration::from_millis(300));
            let cancelled = Instant::now();
            control.cancel();
            assert_eq!(running.join().unwrap().unwrap_err().code, Code::Cancelled);
            cancelled.elapsed().as_secs_f64()
        })
    });
    seconds.into_iter().fold(0.0, f64::max)
}

#[test]
fn a_snapshot_goes_on_over_a_failover() {
    let Some(cluster) = clusters::with_two_name_nodes() else { return };
    let ports = cluster.ports.clone();
    let addresses = [0, 1].map(|node| format!("127.0.0.1:{}", ports[node]));
    let options = clusters::set(&[
        ("dfs.ha.namenodes.ns", "one,two"),
        ("dfs.namenode.rpc-address.ns.one", &addresses[0]),
        ("dfs.namenode.rpc-address.ns.two", &addresses[1]),
    ]);
    let place = Place::at("hdfs://ns/failover", &options);
    let writer = place.writer(HOUR);
    let mut numbers = Vec::new();
    for round in 0..4 {
        let contents: Vec<String> = (0..6).map(|file| format!("{round}-{file}")).collect();
        let contents: Vec<&str> = contents.iter().map(String::as_str).collect();
        let published = std::thread::scope(|scope| {
            let publish = scope.spawn(|| place.publish(&writer, &[], &contents));
            std::thread::sleep(Duration::from_millis(300));
            cluster.tell(&format!("fail-over {}", round % 2));
            publish.join().unwrap()
        });
        numbers.push(published.unwrap().number);
    }
    assert_eq!(assert_swept(&cluster, &place), numbers);
    // One name node is enough; the other one is not there at all.
    cluster.tell("stop-namenode 1");
    numbers.push(place.publish(&writer, &[], &["alone"]).unwrap().number);
    assert_eq!(assert_swept(&cluster, &place), numbers);
    cluster.tell("start-namenode 1");
}
