//! The clusters of this test binary, each started at its first use. A fault is everybody's, so a test has its cluster alone.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use gabion::store::Control;
use gabion::{Error, Options};

use crate::place::Place;
use crate::servers::MiniDfs;

/// What a store has to answer within, whatever happens, with the options below.
pub const BOUND: Duration = Duration::from_secs(30);

/// A cluster for the time of one test.
pub type Cluster = MutexGuard<'static, MiniDfs>;

/// One name node and three data nodes.
pub fn plain() -> Option<Cluster> {
    static CLUSTER: OnceLock<Result<Mutex<MiniDfs>, String>> = OnceLock::new();
    cluster(&CLUSTER, &["datanodes=3"])
}

/// Two name nodes, the first of them active at the beginning, and a data node.
pub fn with_two_name_nodes() -> Option<Cluster> {
    static CLUSTER: OnceLock<Result<Mutex<MiniDfs>, String>> = OnceLock::new();
    cluster(&CLUSTER, &["ha=true"])
}

fn cluster(cell: &'static OnceLock<Result<Mutex<MiniDfs>, String>>, arguments: &[&str]) -> Option<Cluster> {
    match cell.get_or_init(|| MiniDfs::start(arguments).map(Mutex::new)) {
        Ok(cluster) => Some(cluster.lock().unwrap_or_else(PoisonError::into_inner)),
        Err(why) => {
            println!("SKIPPED: {}: {why}", std::thread::current().name().unwrap_or_default());
            None
        }
    }
}

/// A new snapshot directory in the cluster, reached with `options`.
pub fn place(cluster: &MiniDfs, options: &[(&str, &str)]) -> Place {
    Place::at(&cluster.url(&format!("/{}", uuid::Uuid::new_v4().simple())), &set(options))
}

/// Options for tests that don't want to wait: with them a store fails within `BOUND`.
pub const IMPATIENT: [(&str, &str); 4] = [
    ("store.timeout", "3s"),
    ("store.retries", "2"),
    ("dfs.client.failover.max.attempts", "1"),
    ("dfs.client.socket-timeout", "2000"),
];

pub fn set(options: &[(&str, &str)]) -> Options {
    let mut all = Options::new();
    options.iter().for_each(|(name, value)| all.set(name, value).unwrap());
    all
}

/// The path in the file system that a place's URL means.
pub fn path(place: &Place) -> String {
    format!("/{}", place.url.rsplit('/').next().unwrap())
}

/// The error says which store, which object and what was to be done, in one line with `words` in it.
pub fn assert_says(error: &Error, place: &Place, words: &[&str]) {
    for word in [&[place.url.as_str()], words].concat() {
        assert!(error.message.contains(word), "no {word:?} in: {error}");
    }
    assert!(error.message.len() < 1500 && !error.message.contains('\n'), "{error}");
}

/// Waits until what goes on behind a failed call has removed what it left.
pub fn assert_nothing_left(cluster: &MiniDfs, place: &Place) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let left = place.store().leftovers("files", &Control::new()).unwrap();
        let open = cluster.tell(&format!("open-files {}", path(place)));
        if left.is_empty() && open.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "left: {left:?}, open: {open:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// One sweep leaves what the snapshots name, and nothing else, whatever was there; their numbers.
pub fn assert_swept(cluster: &MiniDfs, place: &Place) -> Vec<u64> {
    let numbers = place.check_swept();
    let all = cluster.tell(&format!("list {}", path(place)));
    assert!(!all.contains("staging-") && !all.contains(".tmp."), "{all}");
    assert_eq!(cluster.tell(&format!("open-files {}", path(place))), "");
    numbers
}
