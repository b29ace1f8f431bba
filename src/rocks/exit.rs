//! When the process ends or forks: what becomes of databases that are still open.
//!
//! At exit they are closed before C++ destroys what their threads use. A forked child has their memory and not their threads, so
//! that it can neither use nor close them: it leaves them, with their files, to its parent.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::db::Db;

static OPEN: Mutex<Vec<Weak<Db>>> = Mutex::new(Vec::new());
static REGISTERED: Once = Once::new();
/// How many forks lie between this process and the one that first opened a database.
static FORKS: AtomicU32 = AtomicU32::new(0);
/// What is to be done before databases are closed.
static HOOKS: Mutex<Vec<fn()>> = Mutex::new(Vec::new());

/// How long the exit waits for calls that are still running.
const PATIENCE: Duration = Duration::from_secs(2);

/// Has `db` closed at exit.
pub(super) fn remember(db: &Arc<Db>) {
    // Registered after RocksDB's statics were made, so it runs before they are destroyed.
    REGISTERED.call_once(|| {
        // SAFETY: both are `extern "C"` functions that live as long as the library and don't unwind.
        unsafe {
            libc::atexit(close_all);
            libc::pthread_atfork(None, None, Some(leave_all));
        }
    });
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    open.retain(|other| other.strong_count() > 0);
    open.push(Arc::downgrade(db));
}

/// Differs between a process and its children, once a database was open.
pub(super) fn forks() -> u32 {
    FORKS.load(Ordering::Relaxed)
}

/// Has `hook` run once at exit, before databases are closed if there are any.
pub(crate) fn at_exit(hook: fn()) {
    static REGISTERED: Once = Once::new();
    HOOKS.lock().unwrap_or_else(PoisonError::into_inner).push(hook);
    // On its own: a database that is opened later still registers `close_all` after RocksDB's statics.
    REGISTERED.call_once(|| {
        // SAFETY: `run_hooks` is an `extern "C"` function that lives as long as the library and doesn't unwind.
        unsafe { libc::atexit(run_hooks) };
    });
}

extern "C" fn run_hooks() {
    let _ = std::panic::catch_unwind(|| {
        let hooks = std::mem::take(&mut *HOOKS.lock().unwrap_or_else(PoisonError::into_inner));
        hooks.into_iter().for_each(|hook| hook());
    });
}

extern "C" fn close_all() {
    run_hooks();
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

/// In a forked child: every call on the parent's databases is refused from now on.
extern "C" fn leave_all() {
    let _ = std::panic::catch_unwind(|| {
        FORKS.fetch_add(1, Ordering::Relaxed);
        // Another thread may have held the lock; it is not there any more to give it back.
        let Ok(open) = OPEN.try_lock() else { return };
        for db in open.iter().filter_map(Weak::upgrade) {
            db.refuse();
            std::mem::forget(db);
        }
    });
}
