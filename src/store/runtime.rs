//! The process-wide Tokio runtime, and the one way to use it: wait for a future with a deadline and a cancel flag.

use std::future::Future;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use once_cell::sync::OnceCell;
use tokio::runtime::{Builder, Runtime};

use super::control::Control;
use crate::error::{Code, Error, Result};

/// Threads that drive futures.
const WORKERS: usize = 2;
/// Threads for calls that block; also how many may hang on a dead file system before the next ones wait.
const BLOCKING_THREADS: usize = 32;
/// How often a waiting caller looks at its cancel flag.
const TICK: Duration = Duration::from_millis(20);
/// How long work that was given up is waited for.
const CLEAN_UP: Duration = Duration::from_millis(500);

// Never dropped: tearing a runtime down waits for calls that may hang, and the process may be ending.
static RUNTIME: OnceCell<Runtime> = OnceCell::new();

fn runtime() -> Result<&'static Runtime> {
    RUNTIME.get_or_try_init(|| {
        Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .max_blocking_threads(BLOCKING_THREADS)
            .thread_name("gabion-store")
            .enable_time()
            .build()
            .map_err(|error| Error::new(Code::Io, format!("cannot start the threads for store transfers: {error}")))
    })
}

/// Waits for `future`, at most `limit`: `Code::TimedOut` after it, `Code::Cancelled` soon after `control.cancel()`. The
/// future is then dropped at its next await; what it has begun may still happen. Works on any thread, one of another
/// runtime included, and blocks it.
pub fn block_on<T: Send + 'static>(
    future: impl Future<Output = T> + Send + 'static,
    limit: Duration,
    control: &Control,
) -> Result<T> {
    control.check()?;
    let (answer, receiver) = mpsc::sync_channel(1);
    let task = runtime()?.spawn(async move {
        // The caller may have gone; then nobody wants the answer.
        let _ = answer.send(future.await);
    });
    let result = wait(&receiver, limit, control);
    if result.is_err() {
        task.abort();
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
    runtime()?.spawn_blocking(move || {
        let _ = answer.send(work());
    });
    wait(&receiver, limit, control).inspect_err(|_| drop(receiver.recv_timeout(CLEAN_UP)))
}

fn wait<T>(receiver: &mpsc::Receiver<T>, limit: Duration, control: &Control) -> Result<T> {
    let start = Instant::now();
    loop {
        match receiver.recv_timeout(TICK) {
            Ok(value) => return Ok(value),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Error::new(Code::Panic, "a store transfer ended in a panic; this is a bug in Gabion"));
            }
            Err(RecvTimeoutError::Timeout) => {
                control.check()?;
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
            let error = if blocked {
                blocking(|| std::thread::sleep(Duration::from_secs(2)), long, &control).unwrap_err()
            } else {
                block_on(std::future::pending::<()>(), long, &control).unwrap_err()
            };
            assert_eq!(error.code, Code::Cancelled);
            assert!(started.elapsed() < Duration::from_secs(1));
            thread.join().unwrap();
        }
    }

    #[test]
    fn a_panic_is_an_error() {
        let panics = async { panic!("expected by this test") };
        let answer: Result<()> = block_on(panics, Duration::from_secs(5), &Control::new());
        assert_eq!(answer.unwrap_err().code, Code::Panic);
    }
}
