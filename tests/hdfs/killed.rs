//! Processes that are killed while they write, and writers that come back from the dead.
//!
//! A test starts a copy of this binary for itself, with an order in the environment, and that copy dies.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures::StreamExt;
use gabion::Code;
use gabion::snapshot::manifest::Manifest;
use gabion::snapshot::publication::Publication;
use gabion::store::Control;
use hdfs_native_object_store::HdfsObjectStoreBuilder;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};

use crate::clusters::{self, assert_nothing_left, assert_swept, path};
use crate::common::fail_points::has_points;
use crate::common::random::is_soak;
use crate::place::{HOUR, Place};
use crate::servers::MiniDfs;

/// A URL, and where to die there: `point hit`, or `never`.
const ORDER: &str = "GABION_HDFS_ORDER";

/// All steps of a job, a discard and a sweep that change something in an HDFS, and how often a round of them comes by.
const POINTS: [(&str, u64); 21] = [
    ("epoch-taken", 1),
    ("discard-manifest-read", 1),
    ("discard-tombstone-written", 1),
    ("discard-manifest-removed", 1),
    ("hdfs-staged", 4),
    ("hdfs-renamed", 4),
    ("hdfs-removed", 3),
    ("intent-written", 1),
    ("parents-checked", 1),
    ("files-settled", 1),
    ("manifest-published", 1),
    ("intent-removed", 1),
    ("abandoned-files-removed", 1),
    ("abandoned-intent-removed", 1),
    ("sweep-looked", 1),
    ("sweep-judged", 1),
    ("sweep-settled", 1),
    ("sweep-files-removed", 1),
    ("sweep-intents-removed", 1),
    ("sweep-tombstones-removed", 1),
    ("hdfs-part-written", 2),
];

/// Runs this test in a process of its own; whether it was killed.
fn killed_at(test: &str, place: &Place, point: &str) -> bool {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(ORDER, format!("{} {point}", place.url))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    let status = child.wait().unwrap();
    assert!(status.success() || status.signal() == Some(libc::SIGKILL), "at {point}: {status}\n{said}");
    !status.success()
}

/// In the copy: does the work, and dies on the way.
fn obey() -> bool {
    let Ok(order) = std::env::var(ORDER) else { return false };
    let words: Vec<&str> = order.split(' ').collect();
    if let [_, point, hit] = words[..] {
        let (hits, wanted) = (AtomicU64::new(0), hit.parse::<u64>().unwrap());
        fail::cfg_callback(point, move || {
            if hits.fetch_add(1, Ordering::SeqCst) + 1 == wanted {
                die();
            }
        })
        .unwrap();
    }
    round(&Place::at(words[0], &gabion::Options::new()));
    true
}

/// Dies as by `kill -9`: nothing of this process runs after it.
fn die() {
    // SAFETY: kill takes two integers; a process may send itself any signal.
    unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
}

/// A published snapshot, an abandoned one, a discard and a sweep.
fn round(place: &Place) {
    let before = latest(place);
    let writer = place.writer(HOUR);
    let content = format!("{}", before.as_ref().map_or(0, |manifest| manifest.number));
    let parents: Vec<Manifest> = before.into_iter().collect();
    let next = place.publish(&writer, &parents, &["shared", &content]).unwrap();
    let abandoned = Publication::begin(&writer, gabion::snapshot::id::Id(7), &[], &Control::new()).unwrap();
    place.put(&abandoned, &["abandoned"]).unwrap();
    drop(abandoned);
    discard_before(place, next.number);
    place.directory().sweep(Duration::ZERO, false).unwrap();
}

fn discard_before(place: &Place, number: u64) {
    let directory = place.directory();
    let older = directory.list().unwrap().into_iter().filter(|info| info.number < number);
    older.for_each(|info| directory.discard(info.number).unwrap());
}

fn latest(place: &Place) -> Option<Manifest> {
    match place.directory().sequence().latest(&Control::new()) {
        Err(error) if error.code == Code::NotFound => None,
        found => found.unwrap(),
    }
}

#[test]
fn a_job_killed_at_any_step_leaves_the_old_or_the_new_snapshot_and_nothing_after_a_sweep() {
    const TEST: &str = "killed::a_job_killed_at_any_step_leaves_the_old_or_the_new_snapshot_and_nothing_after_a_sweep";
    if obey() {
        return;
    }
    if !has_points(TEST) {
        return;
    }
    let Some(cluster) = clusters::plain() else { return };
    let place = clusters::place(&cluster, &[("dfs.replication", "1")]);
    round(&place);
    let (mut kills, times) = (0, if is_soak() { 5 } else { 1 });
    for (point, hits) in POINTS {
        for hit in (1..=hits).cycle().take(hits.max(times) as usize) {
            let before = latest(&place).unwrap();
            assert!(killed_at(TEST, &place, &format!("{point} {hit}")), "nobody came to {point}, hit {hit}");
            kills += 1;
            let after = latest(&place).unwrap();
            assert!(after.number >= before.number, "killed at {point}, hit {hit}: snapshot {} is gone", before.number);
            place.check();
            // Finishes what was begun: a tombstone stays for as long as its snapshot.
            discard_before(&place, after.number);
            assert_eq!(assert_swept(&cluster, &place), [after.number], "killed at {point}, hit {hit}");
        }
    }
    assert!(!killed_at(TEST, &place, "never"), "a round without a kill succeeds");
    println!("{kills} kills at {} steps", POINTS.len());
}

#[test]
fn a_writer_that_was_frozen_while_another_took_over_is_fenced() {
    let Some(cluster) = clusters::plain() else { return };
    let place = clusters::place(&cluster, &[]);
    let zombie = place.writer(HOUR);
    let job = Publication::begin(&zombie, gabion::snapshot::id::Id(7), &[], &Control::new()).unwrap();
    let manifest = place.put(&job, &["of a zombie"]).unwrap();
    let writer = place.writer(HOUR);
    let published = place.publish(&writer, &[], &["of the living"]).unwrap();
    assert_eq!(job.publish(manifest, &Control::new()).unwrap_err().code, Code::Fenced);
    assert_eq!(place.publish(&zombie, &[], &["again"]).unwrap_err().code, Code::Fenced);
    assert_eq!(assert_swept(&cluster, &place), [published.number]);
}

#[test]
fn what_object_store_left_half_written_is_no_object_and_goes_with_a_sweep() {
    let Some(cluster) = clusters::plain() else { return };
    let place = clusters::place(&cluster, &[]);
    let published = place.publish(&place.writer(HOUR), &[], &["a"]).unwrap();
    let folder = path(&place);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let other = HdfsObjectStoreBuilder::new().with_url(cluster.url("")).build().unwrap();
        let name = object_store::path::Path::from(format!("{folder}/files/other"));
        let mut upload = other.put_multipart(&name).await.unwrap();
        upload.put_part(PutPayload::from_static(b"half")).await.unwrap();
        // What it wrote as a whole is read by us, and what we wrote by it.
        let whole = object_store::path::Path::from(format!("{folder}/files/whole"));
        other.put(&whole, PutPayload::from_static(b"whole")).await.unwrap();
        let listed: Vec<_> = other.list(Some(&object_store::path::Path::from(folder.as_str()))).collect().await;
        assert!(listed.len() > 3);
        std::mem::forget(upload);
    });
    let store = place.store();
    assert_eq!(store.read("files/whole", 9, &Control::new()).unwrap().unwrap(), "whole");
    let left = store.leftovers("files", &Control::new()).unwrap();
    assert_eq!(left.iter().map(|object| object.name.as_str()).collect::<Vec<_>>(), ["files/.other.tmp.1"]);
    store.delete(&["files/whole".to_owned()], &Control::new()).unwrap();
    assert_eq!(assert_swept(&cluster, &place), [published.number]);
    drop(runtime);
    assert_nothing_left(&cluster, &place);
}

#[test]
fn a_cluster_ends_with_the_process_that_started_it_even_if_it_is_frozen() {
    const TEST: &str = "killed::a_cluster_ends_with_the_process_that_started_it_even_if_it_is_frozen";
    if std::env::var_os(ORDER).is_some() {
        let cluster = MiniDfs::start(&[]).unwrap();
        cluster.freeze(true);
        println!("cluster {}", cluster.process());
        std::thread::sleep(Duration::from_secs(60));
        return;
    }
    // The other tests say why, if there can't be one.
    if clusters::plain().is_none() {
        return;
    }
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([TEST, "--exact", "--nocapture"])
        .env(ORDER, "")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let process: u32 = lines.filter_map(|line| line.strip_prefix("cluster ")?.parse().ok()).next().unwrap();
    assert!(std::path::Path::new(&format!("/proc/{process}")).exists());
    child.kill().unwrap();
    child.wait().unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while std::path::Path::new(&format!("/proc/{process}")).exists() {
        assert!(Instant::now() < deadline, "process {process} goes on");
        std::thread::sleep(Duration::from_millis(50));
    }
}
