//! What happens when threads meet at the worst instant, or a store's answer gets lost. Every test takes the one
//! `FailScenario`, so they run one after another.

mod common;

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use common::{contents, number, open, options, request, restore, snapshots};
use fail::FailScenario;
use gabion::snapshot::Kind;

/// Says that the test is skipped when there are no fail points.
fn has_points(test: &str) -> bool {
    let has = cfg!(feature = "failpoints");
    if !has {
        println!("SKIPPED: {test}: built without fail points; run cargo test --features failpoints");
    }
    has
}

/// Holds whoever comes to the fail point until the answer is used or dropped.
fn hold_at(point: &str) -> Held {
    let (arrived, arrival) = channel();
    let (release, released): (Sender<()>, Receiver<()>) = channel();
    let both = Mutex::new((arrived, released));
    fail::cfg_callback(point, move || {
        let both = both.lock().unwrap();
        let _ = both.0.send(());
        let _ = both.1.recv_timeout(Duration::from_secs(30));
    })
    .unwrap();
    Held { arrival, _release: release }
}

struct Held {
    arrival: Receiver<()>,
    _release: Sender<()>,
}

impl Held {
    fn await_arrival(&self) {
        self.arrival.recv_timeout(Duration::from_secs(30)).expect("nobody came to the fail point");
    }
}

#[test]
fn a_family_that_is_being_dropped_goes_as_rows() {
    if !has_points("a_family_that_is_being_dropped_goes_as_rows") {
        return;
    }
    let scenario = FailScenario::setup();
    let (scratch, snapshots) = (open(&[]), snapshots());
    for name in [b"stays", b"drops"] {
        scratch.backend.create_column_family(name, b"", &options(&[])).unwrap().put(b"k", b"v").unwrap();
    }
    let before = contents(&scratch.backend);
    let captured = hold_at("capture-flushed");
    let dropped = hold_at("family-dropped");
    let snapshot = scratch.backend.start_snapshot(&request(Kind::Native, &snapshots.url)).unwrap();
    captured.await_arrival();
    let backend = scratch.backend.clone();
    let dropper = std::thread::spawn(move || {
        let family = backend.column_family(b"drops").unwrap().unwrap();
        backend.drop_column_family(&family).unwrap();
    });
    // RocksDB has dropped it, and the drop has not returned: the capture must not take it for there.
    dropped.await_arrival();
    drop(captured);
    snapshot.wait(None);
    drop(dropped);
    dropper.join().unwrap();
    let info = snapshot.result().unwrap();
    assert_eq!(info.fallbacks, 1);
    assert_eq!(contents(&restore(number(&snapshots.url, info.number)).backend), before);
    scenario.teardown();
}
