//! When the process ends or forks: what becomes of databases that are still open.
//!
//! At exit they are closed, and whoever is at work in RocksDB otherwise is waited for a little. Whoever still works then does so
//! until the process is gone, since nothing that it uses is destroyed (`src/statics.c`). A forked child has the databases'
//! memory and not their threads, so that it can neither use nor close them: it leaves them, with their files, to its parent.

use std::ffi::{c_int, c_void};
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::db::Db;
use super::gate::{Call, Gate};
use crate::error::Result;

unsafe extern "C" {
    /// glibc's. `atexit` is a part of the program that calls it, and in this library does nothing (`src/statics.c`).
    fn on_exit(function: extern "C" fn(c_int, *mut c_void), argument: *mut c_void) -> c_int;
}

/// For work in RocksDB outside of an open database: options are made, a database is opened, a table file written.
static WORKSHOP: Gate = Gate::new();
static OPEN: Mutex<Vec<Weak<Db>>> = Mutex::new(Vec::new());
static WATCHED: Once = Once::new();
/// How many forks lie between this process and the one that first opened a database.
static FORKS: AtomicU32 = AtomicU32::new(0);
/// What is to be done before databases are closed.
static HOOKS: Mutex<Vec<fn()>> = Mutex::new(Vec::new());

/// How long the exit waits for whoever is still at work.
const PATIENCE: Duration = Duration::from_secs(2);

/// Has this file hear of the end of the process, and of its forks.
fn watch() {
    WATCHED.call_once(|| {
        // SAFETY: the two functions live as long as the library and don't unwind.
        unsafe {
            on_exit(end, ptr::null_mut());
            libc::pthread_atfork(None, None, Some(leave_all));
        }
    });
}

/// Enters the workshop; `Closed` once the process is ending.
pub(super) fn work() -> Result<Call<'static>> {
    watch();
    WORKSHOP.read()
}

/// Has `db` closed at exit. Within the workshop.
pub(super) fn remember(db: &Arc<Db>) {
    static FIRST_OPEN: Once = Once::new();
    // Once more, for a program that is linked without `src/statics.c`: behind the statics that opening makes.
    FIRST_OPEN.call_once(|| {
        // SAFETY: as in `watch`.
        unsafe { on_exit(end, ptr::null_mut()) };
    });
    let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
    open.retain(|other| other.strong_count() > 0);
    open.push(Arc::downgrade(db));
    drop(open);
    // Opened while the process is ending: the exit has not seen it, and still waits for this thread.
    if WORKSHOP.read().is_err() {
        db.close();
    }
}

/// Differs between a process and its children, once a database was open.
pub(super) fn forks() -> u32 {
    FORKS.load(Ordering::Relaxed)
}

/// Has `hook` run once at exit, before databases are closed if there are any.
pub(crate) fn at_exit(hook: fn()) {
    HOOKS.lock().unwrap_or_else(PoisonError::into_inner).push(hook);
    watch();
}

/// At exit.
extern "C" fn end(_status: c_int, _: *mut c_void) {
    // A forked child has none of the threads that are waited for here.
    if forks() > 0 {
        return;
    }
    run_hooks();
    let _ = std::panic::catch_unwind(|| {
        WORKSHOP.refuse();
        let open = std::mem::take(&mut *OPEN.lock().unwrap_or_else(PoisonError::into_inner));
        let deadline = Instant::now() + PATIENCE;
        for db in open.iter().filter_map(Weak::upgrade) {
            db.close_by(deadline);
            // Never freed here: a thread may still hold a call.
            std::mem::forget(db);
        }
        WORKSHOP.drain(Some(deadline));
    });
    // Of those who came meanwhile.
    run_hooks();
}

fn run_hooks() {
    let _ = std::panic::catch_unwind(|| {
        let hooks = std::mem::take(&mut *HOOKS.lock().unwrap_or_else(PoisonError::into_inner));
        hooks.into_iter().for_each(|hook| hook());
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
