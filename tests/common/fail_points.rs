//! Fail points: where the engine stops for a test, if it was built with them.
#![allow(dead_code, reason = "every test binary uses a part of it")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What takes longer hangs.
const LIMIT: Duration = Duration::from_secs(60);

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
    was_in_vain: Arc<AtomicBool>,
}

/// Holds whoever comes to the fail point.
pub fn hold_at(point: &str) -> Held {
    let (arrived, arrival) = channel();
    let (release, released): (Sender<()>, Receiver<()>) = channel();
    let both = Mutex::new((arrived, released));
    let was_in_vain = Arc::new(AtomicBool::new(false));
    let gives_up = Arc::clone(&was_in_vain);
    fail::cfg_callback(point, move || {
        let both = both.lock().unwrap();
        let _ = both.0.send(());
        if both.1.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout) {
            gives_up.store(true, Ordering::SeqCst);
        }
    })
    .unwrap();
    Held { arrival, _release: release, was_in_vain }
}

impl Held {
    pub fn await_arrival(&self) {
        self.arrival.recv_timeout(LIMIT).expect("nobody came to the fail point");
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let was_in_vain = self.was_in_vain.load(Ordering::SeqCst);
        assert!(std::thread::panicking() || !was_in_vain, "who was held went on by himself after {LIMIT:?}");
    }
}
