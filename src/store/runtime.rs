//! The process-wide Tokio runtime, and the ways to use it: wait for a future with a deadline and a cancel flag, or let one
//! clean up behind the caller's back.
//!
//! It is made at its first use, has a bounded number of threads, and is drained when the process exits: transfers are given
//! up, clean-ups have a little time.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Handle, Runtime};

use super::control::Control;
use crate::error::{Code, Error, Result};
use crate::rocks;

/// Threads that drive futures.
const WORKERS: usize = 4;
/// Threads for calls that block; also how many may hang on a dead file system before the next ones wait.
const BLOCKING_THREADS: usize = 32;
/// How often a waiting caller looks at its cancel flag.
const TICK: Duration = Duration::from_millis(20);
/// How long work that was given up is waited for.
const GIVING_UP: Duration = Duration::from_millis(500);
/// How long a clean-up may take.
const CLEAN_UP_LIMIT: Duration = Duration::from_secs(60);
/// How long the exit of the process waits for clean-ups, and then for the runtime's threads.
const EXIT_LIMIT: Duration = Duration::from_secs(2);

static RUNTIME: Mutex<Option<Runtime>> = Mutex::new(None);
static ENDING: AtomicBool = AtomicBool::new(false);
static CLEAN_UPS: AtomicUsize = AtomicUsize::new(0);

/// The runtime's handle; the first call starts the runtime.
fn handle() -> Result<Handle> {
    let mut runtime = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(runtime) = runtime.as_ref() {
        return Ok(runtime.handle().clone());
    }
    if ENDING.load(Ordering::SeqCst) {
        return Err(ending());
    }
    let new = Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .max_blocking_threads(BLOCKING_THREADS)
        .thread_name("gabion-store")
        .enable_all()
        .build()
        .map_err(|error| Error::new(Code::Io, format!("cannot start the threads for store transfers: {error}")))?;
    rocks::at_exit(drain);
    Ok(runtime.insert(new).handle().clone())
}

fn ending() -> Error {
    Error::new(Code::Closed, "the process is ending; nothing more is moved to or from a store")
}

/// Gives all transfers up, waits for their clean-ups, and ends the runtime; at the exit of the process, before databases are
/// closed.
fn drain() {
    ENDING.store(true, Ordering::SeqCst);
    let deadline = Instant::now() + EXIT_LIMIT;
    // Callers see the end at their next look, and begin to clean up.
    std::thread::sleep(TICK * 2);
    while CLEAN_UPS.load(Ordering::SeqCst) > 0 && Instant::now() < deadline {
        std::thread::sleep(TICK);
    }
    let runtime = RUNTIME.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(runtime) = runtime {
        runtime.shutdown_timeout(deadline.saturating_duration_since(Instant::now()).max(TICK));
    }
}

/// Counts a clean-up for as long as it lives.
pub(crate) struct CleanUp(());

/// How many clean-ups are going on.
pub fn clean_ups() -> usize {
    CLEAN_UPS.load(Ordering::SeqCst)
}

impl CleanUp {
    /// One more.
    pub(crate) fn begin() -> Self {
        CLEAN_UPS.fetch_add(1, Ordering::SeqCst);
        Self(())
    }
}

impl Drop for CleanUp {
    fn drop(&mut self) {
        CLEAN_UPS.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Lets `future` run behind the caller's back, whatever becomes of the caller, for as long as a clean-up may take.
pub(super) fn clean_up(future: impl Future<Output = ()> + Send + 'static) {
    let counted = CleanUp::begin();
    // Without a runtime nothing was begun that could need it; at the end of the process a sweep has to do it.
    if let Ok(handle) = handle() {
        handle.spawn(async move {
            let _counted = counted;
            let _ = tokio::time::timeout(CLEAN_UP_LIMIT, future).await;
        });
    }
}

/// Waits for `future`, at most `limit`: `Code::TimedOut` after it, `Code::Cancelled` soon after `control.cancel()`. The
/// future is then dropped at its next await; what it has begun may still happen. Works on any thread but the runtime's own,
/// one of another runtime included, and blocks it.
pub fn block_on<T: Send + 'static>(
    future: impl Future<Output = T> + Send + 'static,
    limit: Duration,
    control: &Control,
) -> Result<T> {
    control.check()?;
    let (answer, receiver) = mpsc::sync_channel(1);
    let task = handle()?.spawn(async move {
        // The caller may have gone; then nobody wants the answer.
        let _ = answer.send(future.await);
    });
    let result = wait(&receiver, limit, control);
    if result.is_err() {
        task.abort();
        // Until it is dropped it may still hold a file.
        drop(receiver.recv_timeout(GIVING_UP));
    }
    result
}

/// Runs `work` on a thread for calls that block, and waits as `block_on` does. Work that was given up still runs to its
/// end; it is waited for a little, so that work that looks at `control` itself has cleaned up before this returns.
pub fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
    limit: Duration,
    control: &Control,
) -> Result<T> {
    control.check()?;
    let (answer, receiver) = mpsc::sync_channel(1);
    handle()?.spawn_blocking(move || {
        let _ = answer.send(work());
    });
    wait(&receiver, limit, control).inspect_err(|_| drop(receiver.recv_timeout(GIVING_UP)))
}

fn wait<T>(receiver: &mpsc::Receiver<T>, limit: Duration, control: &Control) -> Result<T> {
    let start = Instant::now();
    loop {
        match receiver.recv_timeout(TICK) {
            Ok(value) => return Ok(value),
            Err(RecvTimeoutError::Disconnected) if ENDING.load(Ordering::SeqCst) => return Err(ending()),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Error::new(Code::Panic, "a store transfer ended in a panic; this is a bug in Gabion"));
            }
            Err(RecvTimeoutError::Timeout) => {
                control.check()?;
                if ENDING.load(Ordering::SeqCst) && !control.is_clean_up() {
                    return Err(ending());
                }
                if start.elapsed() >= limit {
                    return Err(Error::new(Code::TimedOut, format!("the store did not answer within {limit:?}")));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_comes_back_also_inside_another_runtime() {
        let inside = async { block_on(async { 42 }, Duration::from_secs(5), &Control::new()).unwrap() };
        assert_eq!(Builder::new_current_thread().build().unwrap().block_on(inside), 42);
    }

    #[test]
    fn a_future_that_never_ends_is_given_up_at_its_limit() {
        let error = block_on(std::future::pending::<()>(), Duration::from_millis(50), &Control::new()).unwrap_err();
        assert_eq!(error.code, Code::TimedOut);
    }

    #[test]
    fn cancel_ends_a_wait_for_a_future_and_for_a_blocked_thread() {
        for blocked in [false, true] {
            let control = Control::new();
            let canceller = control.clone();
            let started = Instant::now();
            let thread = std::thread::spawn(move || {
                std::thread::sleep(Duration::from_millis(50));
                canceller.cancel();
            });
            let long = Duration::from_secs(60);
            let (_never, told) = mpsc::channel::<()>();
            let error = if blocked {
                blocking(move || told.recv_timeout(long), long, &control).unwrap_err()
            } else {
                block_on(std::future::pending::<()>(), long, &control).unwrap_err()
            };
            assert_eq!(error.code, Code::Cancelled);
            assert!(started.elapsed() < Duration::from_secs(10));
            thread.join().unwrap();
        }
    }

    #[test]
    fn a_future_that_is_given_up_is_dropped_before_the_caller_goes_on() {
        struct Flag(std::sync::Arc<AtomicBool>);
        impl Drop for Flag {
            fn drop(&mut self) {
                self.0.store(true, Ordering::SeqCst);
            }
        }
        let dropped = std::sync::Arc::new(AtomicBool::new(false));
        let flag = Flag(dropped.clone());
        let future = async move {
            let _flag = flag;
            std::future::pending::<()>().await;
        };
        block_on(future, Duration::from_millis(30), &Control::new()).unwrap_err();
        assert!(dropped.load(Ordering::SeqCst));
    }

    #[test]
    fn a_panic_is_an_error() {
        let panics = async { panic!("expected by this test") };
        let answer: Result<()> = block_on(panics, Duration::from_secs(5), &Control::new());
        assert_eq!(answer.unwrap_err().code, Code::Panic);
    }
}
