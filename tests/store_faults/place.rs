//! A snapshot directory on a server, reached through a proxy, or directly to see what is there.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gabion::snapshot::{SnapshotDirectory, SnapshotInfo};
use gabion::store::{self, Store};
use gabion::{Code, Options, live};

use crate::common::await_clean_ups;
use crate::common::random::is_soak;
use crate::common::swept::{names_in, objects_of};
use crate::servers::proxy::{Proxy, Rule};
use crate::servers::{self, Server};

/// One new folder.
#[derive(Clone)]
pub struct Place {
    pub server: &'static Server,
    pub proxy: &'static Proxy,
    pub url: String,
    /// A part of the URIs of its requests, and only of its.
    pub part: String,
}

/// The servers that can be had here; what can't is printed, with the reason. Of the two that speak S3's protocol, one is enough but for a soak.
pub fn servers(test: &str) -> Vec<&'static Server> {
    let (mut servers, missing) = servers::all();
    missing.iter().for_each(|why| println!("SKIPPED: {test} on one store: {why}"));
    // The proxy speaks HTTP; tests/hdfs has the faults of an HDFS. What moto would show, s3s-fs does.
    servers.retain(|server| server.name != "hdfs" && (is_soak() || server.name != "moto"));
    servers
}

/// By the server's address.
static PROXIES: Mutex<Option<HashMap<SocketAddr, &'static Proxy>>> = Mutex::new(None);

/// The proxy in front of a server.
fn proxy(server: &'static Server) -> &'static Proxy {
    let mut proxies = PROXIES.lock().unwrap_or_else(PoisonError::into_inner);
    let store = address(server.endpoint());
    proxies.get_or_insert_default().entry(store).or_insert_with(|| Box::leak(Box::new(Proxy::start(store))))
}

/// The address in `http://127.0.0.1:1234/path`.
fn address(endpoint: &str) -> SocketAddr {
    endpoint.trim_start_matches("http://").split('/').next().unwrap().parse().unwrap()
}

impl Place {
    pub fn new(server: &'static Server) -> Place {
        let url = server.folder();
        let part = url.rsplit('/').next().unwrap().to_owned();
        Place { server, proxy: proxy(server), url, part }
    }

    /// Through the proxy, with these settings besides.
    pub fn options(&self, more: &[(&str, &str)]) -> Options {
        let (real, faulty) = (address(self.server.endpoint()).to_string(), self.proxy.address().to_string());
        let mut options = Options::new();
        for (name, value) in &self.server.settings {
            options.set(name, &value.replace(&real, &faulty)).unwrap();
        }
        more.iter().for_each(|(name, value)| options.set(name, value).unwrap());
        options
    }

    /// What the proxy does to the requests of this place from now on.
    pub fn befall(&self, rule: Rule) {
        self.proxy.obey([rule.part(&self.part)]);
    }

    /// The same, for what is in one folder.
    pub fn befall_in(&self, folder: &str, rule: Rule) {
        self.proxy.obey([rule.part(&format!("{}/{folder}", self.part))]);
    }

    /// The network is well again for this place.
    pub fn heal(&self) {
        self.proxy.heal(&self.part);
    }

    /// The faults that have befallen its requests.
    pub fn done(&self) -> Vec<String> {
        self.proxy.done(&self.part)
    }

    /// How many of its requests have come to the proxy.
    pub fn requests(&self) -> usize {
        self.proxy.requests(&self.part).len()
    }

    /// Past the proxy.
    pub fn directory(&self) -> SnapshotDirectory {
        SnapshotDirectory::open(&self.url, &self.server.options()).unwrap()
    }

    /// Past the proxy.
    pub fn store(&self) -> Arc<dyn Store> {
        store::open(&self.url, &self.server.options().store()).unwrap()
    }

    /// The names in a folder.
    pub fn names(&self, folder: &str) -> Vec<String> {
        names_in(self.store().as_ref(), folder)
    }

    /// Looks at what is there once the network is well: what snapshots name and nothing else, at once or after one sweep.
    /// Every snapshot is whole. Answers the snapshots, and whether it took a sweep.
    pub fn check(&self, what: &str) -> (Vec<SnapshotInfo>, bool) {
        self.heal();
        let directory = self.directory();
        let there = directory.list().unwrap_or_else(|error| panic!("{what}: {error}"));
        for info in &there {
            directory.verify(info.number).unwrap_or_else(|error| panic!("{what}: {error}"));
        }
        let stray = self.stray(&directory, &there);
        if stray.is_empty() {
            return (there, false);
        }
        match directory.sweep(Duration::ZERO, false) {
            Ok(_) => {}
            // It never came to the first epoch.
            Err(error) => assert!(error.code == Code::NotFound && there.is_empty(), "{what}: {error}"),
        }
        assert_eq!(directory.list().unwrap(), there, "{what}: the sweep changed the list");
        let left = self.stray(&directory, &there);
        assert!(left.is_empty(), "{what}: after a sweep there is still {left:?}; before: {stray:?}");
        (there, true)
    }

    /// Objects that no snapshot names and that are no part of the sequence.
    fn stray(&self, directory: &SnapshotDirectory, snapshots: &[SnapshotInfo]) -> Vec<String> {
        let named = objects_of(directory, snapshots);
        let files = self.names("files");
        let missing = named.iter().find(|name| !files.contains(name));
        assert_eq!(missing, None, "a snapshot names it, and it is not there");
        let mut stray: Vec<String> = files.into_iter().filter(|name| !named.contains(name)).collect();
        for folder in ["intents", "uploads", "probes", "tombstones"] {
            stray.extend(self.names(folder).into_iter().map(|name| format!("{folder}/{name}")));
        }
        let is_number = |name: &String| name.len() == 20 && name.parse::<u64>().is_ok();
        stray.extend(self.names("sequence").into_iter().filter(|name| !is_number(name)));
        stray
    }
}

/// Keeps other tests of this binary waiting: what lives in the process is counted, and what the servers have open.
pub struct Alone {
    _turn: MutexGuard<'static, ()>,
    open: usize,
    lost: usize,
}

pub fn alone() -> Alone {
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    Alone { _turn: turn, open: servers::open_uploads().len(), lost: lost_uploads() }
}

/// Uploads that servers began without that anybody was told: only a rule of the bucket ends them (docs/stores.md).
fn lost_uploads() -> usize {
    let proxies = PROXIES.lock().unwrap_or_else(PoisonError::into_inner);
    proxies.iter().flat_map(HashMap::values).map(|proxy| proxy.lost_uploads()).sum()
}

impl Alone {
    /// Nothing lives any more, and the servers themselves say that no upload is open but those nobody was told of.
    pub fn end(self, test: &str) {
        await_clean_ups();
        let living: Vec<_> = live::KINDS.into_iter().filter(|&kind| live::count(kind) != 0).collect();
        assert!(living.is_empty(), "{test}: still alive: {living:?}");
        let (open, lost) = (servers::open_uploads(), lost_uploads() - self.lost);
        let left = open.len().saturating_sub(self.open);
        println!("{test}: {left} uploads are open; the answers to {lost} that were begun got lost");
        assert!(left <= lost, "{test}: the servers have these uploads open: {open:?}");
    }
}

/// Runs `work` on all `cases`, so many at once; the first panic is the test's.
pub fn for_each<T: Send + Sync, W>(
    cases: &[T],
    threads: usize,
    start: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, &T) + Sync,
) {
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads.min(cases.len()) {
            scope.spawn(|| {
                let mut own = start();
                while let Some(case) = cases.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                    work(&mut own, case);
                }
            });
        }
    });
}
