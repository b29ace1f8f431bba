//! What an administrator forbids.

use std::fs;

use gabion::Code;
use gabion::store::{Control, Link, Sum};

use crate::clusters::{self, IMPATIENT, assert_nothing_left, assert_says, assert_swept, path};
use crate::place::{HOUR, Place};

/// A new directory in which `command` was told of its path.
fn restricted(cluster: &crate::servers::MiniDfs, command: &str, options: &[(&str, &str)]) -> Place {
    let place = clusters::place(cluster, &[&IMPATIENT[..], options].concat());
    cluster.tell(&format!("mkdir {}", path(&place)));
    cluster.tell(&command.replace("PATH", &path(&place)));
    place
}

#[test]
fn a_full_quota_of_space_is_said_at_once_and_leaves_nothing() {
    let Some(cluster) = clusters::plain() else { return };
    let options = [("dfs.replication", "1"), ("dfs.blocksize", "1m")];
    let place = restricted(&cluster, "quota PATH 9223372036854775807 10485760", &options);
    let from = place.scratch().join("large");
    fs::write(&from, vec![7; 16 << 20]).unwrap();
    let sum = Sum::of(&vec![7; 16 << 20]);
    let control = Control::new();
    let error = place.store().put_file(&from, "files/x", &sum, Link::Never, &control).unwrap_err();
    assert_eq!(error.code, Code::Io);
    assert_says(&error, &place, &["cannot write files/x", "quota", "DSQuotaExceededException"]);
    assert!(!error.message.contains("tried"), "no other try would help: {error}");
    assert_nothing_left(&cluster, &place);
    // What fits still fits: nothing of the failed file counts any more.
    fs::write(&from, vec![7; 8 << 20]).unwrap();
    let sum = Sum::of(&vec![7; 8 << 20]);
    place.store().put_file(&from, "files/y", &sum, Link::Never, &control).unwrap();
}

#[test]
fn a_full_quota_of_names_is_said_and_the_snapshot_leaves_nothing() {
    let Some(cluster) = clusters::plain() else { return };
    let place = restricted(&cluster, "quota PATH 11 -1", &[]);
    let writer = place.writer(HOUR);
    let published = place.publish(&writer, &[], &["a"]).unwrap();
    let error = place.publish(&writer, &[], &["b", "c", "d", "e", "f", "g", "h"]).unwrap_err();
    assert_says(&error, &place, &["quota", "NSQuotaExceededException"]);
    assert_eq!(assert_swept(&cluster, &place), [published.number]);
}

#[test]
fn a_missing_permission_is_said_with_user_and_path() {
    let Some(cluster) = clusters::plain() else { return };
    let place = restricted(&cluster, "chmod PATH 755", &[("store.hadoop_user", "bob")]);
    let control = Control::new();
    let store = place.store();
    for (error, call) in [
        (store.put_new("sequence/1", "x".into(), &control).map(drop).unwrap_err(), "cannot create sequence/1"),
        (store.create(&control).and_then(|()| store.now(&control)).map(drop).unwrap_err(), "cannot create probes/"),
    ] {
        assert_eq!(error.code, Code::Io);
        assert_says(&error, &place, &[call, "permission denied", "user=bob", &path(&place)]);
        assert!(!error.message.contains("tried"), "{error}");
    }
    cluster.tell(&format!("chmod {} 700", path(&place)));
    let error = store.list("files", &control).unwrap_err();
    assert_says(&error, &place, &["cannot list files", "permission denied", "user=bob"]);
}

#[test]
fn a_file_in_the_place_of_a_directory_is_said() {
    let Some(cluster) = clusters::plain() else { return };
    let place = clusters::place(&cluster, &IMPATIENT);
    cluster.tell(&format!("create {}", path(&place)));
    let error = place.store().put_new("sequence/1", "x".into(), &Control::new()).unwrap_err();
    assert_eq!(error.code, Code::InvalidArgument);
    assert_says(&error, &place, &["a file stands where a directory should be"]);
    let error = place.store().list("files", &Control::new()).unwrap_err();
    assert_eq!(error.code, Code::InvalidArgument, "{error}");
    cluster.tell(&format!("remove {}", path(&place)));
}
