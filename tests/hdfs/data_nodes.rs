//! Data nodes that stop, hang, or give back other bytes.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use gabion::Code;
use gabion::store::{Control, Link, Sum};

use crate::clusters::{self, BOUND, IMPATIENT, assert_nothing_left, assert_says, path};
use crate::place::Place;

/// A local file of so many bytes that differ, and its sum.
fn file(place: &Place, size: usize) -> (PathBuf, Sum) {
    let bytes: Vec<u8> = (0..size).map(|at| (at ^ (at >> 8) ^ (at >> 16)) as u8).collect();
    let path = place.scratch().join(format!("of-{size}"));
    fs::write(&path, &bytes).unwrap();
    (path, Sum::of(&bytes))
}

/// Puts a file, slowly where there are fail points, and does `fault` as soon as bytes move.
fn put_with(place: &Place, name: &str, size: usize, fault: impl FnOnce()) -> gabion::Result<Sum> {
    let (from, sum) = file(place, size);
    let control = Control::new();
    fail::cfg("hdfs-part-written", "sleep(30)").unwrap();
    let result = std::thread::scope(|scope| {
        let put = scope.spawn(|| place.store().put_file(&from, name, &sum, Link::Never, &control));
        while control.moved() == 0 && !put.is_finished() {
            std::thread::sleep(Duration::from_millis(1));
        }
        fault();
        put.join().unwrap().map(|_| sum)
    });
    fail::remove("hdfs-part-written");
    result
}

#[test]
fn a_file_gets_through_when_a_data_node_stops_in_the_middle_of_it() {
    let Some(cluster) = clusters::plain() else { return };
    let place = clusters::place(&cluster, &[]);
    let sum = put_with(&place, "files/x", 96 << 20, || drop(cluster.tell("stop-datanode 0"))).unwrap();
    cluster.tell("start-datanodes");
    assert_eq!(place.store().sum("files/x", &Control::new()).unwrap(), Some(sum));
    assert_nothing_left(&cluster, &place);
}

#[test]
fn new_files_get_through_while_a_stopped_data_node_is_not_yet_given_up_and_get_all_their_replicas() {
    let Some(cluster) = clusters::plain() else { return };
    let place = clusters::place(&cluster, &[("dfs.replication", "3")]);
    let (from, sum) = file(&place, 100_000);
    cluster.tell("stop-datanode 0");
    let control = Control::new();
    for number in 0..5 {
        let name = format!("files/{number}");
        place.store().put_file(&from, &name, &sum, Link::Never, &control).unwrap();
        assert_eq!(cluster.tell(&format!("replication {}/{name}", path(&place))), "3");
        assert_eq!(place.store().sum(&name, &control).unwrap(), Some(sum));
    }
    assert!(place.store().put_new("sequence/1", "x".into(), &control).unwrap());
    cluster.tell("start-datanodes");
    assert_nothing_left(&cluster, &place);
}

#[test]
fn without_data_nodes_a_write_fails_in_time_and_leaves_nothing() {
    let Some(cluster) = clusters::plain() else { return };
    let place = clusters::place(&cluster, &IMPATIENT);
    let control = Control::new();
    assert!(place.store().put_new("files/there", "bytes".into(), &control).unwrap());
    let fault = || (0..3).for_each(|_| drop(cluster.tell("stop-datanode 0")));
    let started = Instant::now();
    let error = put_with(&place, "files/x", 96 << 20, fault).unwrap_err();
    assert!(started.elapsed() < BOUND);
    assert_eq!(error.code, Code::Io);
    assert_says(&error, &place, &["cannot write files/x", "tried 3 times", "data node"]);
    for error in [
        place.store().put_new("files/y", "bytes".into(), &control).map(drop).unwrap_err(),
        place.store().read("files/there", 9, &control).map(drop).unwrap_err(),
        place.store().sum("files/there", &control).map(drop).unwrap_err(),
    ] {
        assert_eq!(error.code, Code::Io);
        assert_says(&error, &place, &["tried 3 times", "data node"]);
    }
    // The name node alone tells what there is.
    assert_eq!(place.store().head("files/there", &control).unwrap().unwrap().size, 5);
    assert_eq!(place.store().list("files", &control).unwrap().len(), 1);
    cluster.tell("start-datanodes");
    assert_nothing_left(&cluster, &place);
    assert_eq!(place.store().read("files/there", 9, &control).unwrap().unwrap(), "bytes");
}

#[test]
fn a_write_to_data_nodes_that_hang_fails_in_time_and_leaves_nothing() {
    let Some(cluster) = clusters::plain() else { return };
    let place = clusters::place(&cluster, &IMPATIENT);
    let started = Instant::now();
    let error = put_with(&place, "files/x", 96 << 20, || drop(cluster.tell("freeze-datanodes"))).unwrap_err();
    assert!(started.elapsed() < BOUND, "{:?}", started.elapsed());
    assert_says(&error, &place, &["cannot write files/x", "tried 3 times"]);
    cluster.tell("thaw-datanodes");
    assert_nothing_left(&cluster, &place);
    assert!(place.store().put_new("files/y", "bytes".into(), &Control::new()).unwrap());
}

#[test]
fn bytes_that_changed_on_the_disks_are_never_given_out() {
    let Some(cluster) = clusters::plain() else { return };
    let place = clusters::place(&cluster, &IMPATIENT);
    let (from, sum) = file(&place, 3 << 20);
    let control = Control::new();
    place.store().put_file(&from, "files/x", &sum, Link::Never, &control).unwrap();
    let replicas: u32 = cluster.tell(&format!("corrupt {}/files/x", path(&place))).parse().unwrap();
    assert!(replicas > 0);
    let to = place.scratch().join("to");
    let error = place.store().get_file("files/x", &to, &sum, Link::Never, &control).unwrap_err();
    assert_says(&error, &place, &["cannot read files/x", "bad copy"]);
    assert!(!to.exists());
    assert!(place.store().sum("files/x", &control).is_err());
    assert_eq!(place.store().read_range("files/x", 0..1000, &control).unwrap().len(), 1000, "the part before is good");
}
