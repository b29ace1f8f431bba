//! The limits of the process, tried in a process of their own: the newest value counts for all.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use gabion::store::{Control, Link, Sum};

use crate::servers::{self, Fault};
use crate::stores::{bytes, open};

const ORDER: &str = "GABION_STORES_LIMITS";
const PART: usize = 16 << 20;

fn run() {
    let google = servers::google();
    let file = tempfile::NamedTempFile::new().unwrap();
    let put = |settings: &[(&str, &str)], size: usize| {
        let url = google.server.folder();
        let mut options = google.server.options();
        settings.iter().for_each(|(name, value)| options.set(name, value).unwrap());
        let data = bytes(size);
        fs::write(file.path(), &data).unwrap();
        google.fail("PUT", "partNumber", Fault::Delay(Duration::from_millis(50)), 1000);
        let started = Instant::now();
        let store = open(&url, &options);
        store.put_file(file.path(), "files/x", &Sum::of(&data), Link::Never, &Control::new()).unwrap();
        (started.elapsed(), google.proxy.most_at_once())
    };
    let (_, most) = put(&[("store.concurrency", "6")], 12 * PART);
    assert!((3..=6).contains(&most), "{most} requests at once");
    let (_, most) = put(&[("store.concurrency", "2")], 12 * PART);
    assert!((1..=2).contains(&most), "{most} requests at once");
    // Memory for one part lets one be under way.
    let (_, most) = put(&[("store.concurrency", "6"), ("store.memory", "16M")], 6 * PART);
    assert_eq!(most, 1);
    // 64 MiB at 32 MiB a second; what comes first goes at once.
    let (took, _) = put(&[("store.memory", "192M"), ("store.bandwidth", "32M")], 4 * PART);
    assert!(took >= Duration::from_millis(1400), "{took:?}");
}

#[test]
fn limits_hold_for_the_whole_process() {
    if std::env::var_os(ORDER).is_some() {
        return run();
    }
    let test = "limits::limits_hold_for_the_whole_process";
    let output = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(ORDER, "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
