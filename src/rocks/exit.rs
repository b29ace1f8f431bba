//! At process exit: databases that are still open are closed before C++ destroys what their threads use.

use std::sync::{Arc, Mutex, Once, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::db::Db;

static OPEN: Mutex<Vec<Weak<Db>>> = Mutex::new(Vec::new());
static REGISTERED: Once = Once::new();

/// How long the exit waits for calls that are still running.
const PATIENCE: Duration = Duration::from_secs(2);

/// Has `db` closed at exit.
pub(super) fn remember(db: &Arc<Db>) {
    // Registered after RocksDB's statics were made, so it runs before they are destroyed.
    REGISTERED.call_once(|| {
        // SAFETY: `close_all` is an `extern "C"` function that lives as long as the library and doesn't unwind.
        unsafe { libc::atexit(close_all) };
    });
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    open.retain(|other| other.strong_count() > 0);
    open.push(Arc::downgrade(db));
}

extern "C" fn close_all() {
    let _ = std::panic::catch_unwind(|| {
        let open = std::mem::take(&mut *OPEN.lock().unwrap_or_else(PoisonError::into_inner));
        let deadline = Instant::now() + PATIENCE;
        for db in open.iter().filter_map(Weak::upgrade) {
            db.close_by(deadline);
            // Never freed here: a thread may still hold a call.
            std::mem::forget(db);
        }
    });
}
