//! Fail points: where the engine stops for a test, if it was built with them.
#![allow(dead_code, reason = "every test binary uses a part of it")]

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// Says that the test is skipped when there are none.
pub fn has_points(test: &str) -> bool {
    let has = cfg!(feature = "failpoints");
    if !has {
        println!("SKIPPED: {test}: built without fail points; run cargo test --features failpoints");
    }
    has
}

/// Whoever has come to a fail point, held there until this is dropped.
pub struct Held {
    arrival: Receiver<()>,
    _release: Sender<()>,
}

/// Holds whoever comes to the fail point.
pub fn hold_at(point: &str) -> Held {
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

impl Held {
    pub fn await_arrival(&self) {
        self.arrival.recv_timeout(Duration::from_secs(30)).expect("nobody came to the fail point");
    }
}
