//! Work that a caller waits for, but not after a cancel: then it goes on behind the caller's back.
//!
//! It has a thread of its own. A clean-up calls stores, which wait for the runtime: on one of the runtime's threads two of them
//! could keep it from ever answering.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::control::Control;
use super::runtime::{self, CleanUp};

/// How long work is waited for after a cancel.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often a waiting caller looks at its cancel flag.
const TICK: Duration = Duration::from_millis(20);

/// With more work than this behind callers' backs, the stores don't get better by more of it.
const MOST: usize = 64;

/// Whether so much goes on behind callers' backs that a clean-up should be left to a sweep.
pub(crate) fn is_crowded() -> bool {
    runtime::clean_ups() >= MOST
}

/// What caller and work share.
enum State<T> {
    Waiting,
    Done(T),
    /// The caller has gone on.
    Left,
}

/// Runs `work` and waits for it; `None` soon after `control.cancel()`, when it goes on by itself and `abandoned` gets its
/// result. The exit of the process waits a little for such work.
pub(crate) fn run<T: Send + 'static>(
    control: &Control,
    work: impl FnOnce() -> T + Send + 'static,
    abandoned: impl FnOnce(T) + Send + 'static,
) -> Option<T> {
    let shared = Arc::new((Mutex::new(State::Waiting), Condvar::new()));
    let counted = CleanUp::begin();
    let of_work = Arc::clone(&shared);
    let thread = std::thread::Builder::new().name("gabion-behind".to_owned()).spawn(move || {
        let _counted = counted;
        let result = work();
        let mut state = of_work.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*state, State::Left) {
            drop(state);
            return abandoned(result);
        }
        *state = State::Done(result);
        of_work.1.notify_all();
    });
    let Ok(thread) = thread else {
        // Without a thread there is nobody to leave it to, and a sweep has to do what it was for.
        return None;
    };
    let mut cancelled: Option<Instant> = None;
    let mut state = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        if let State::Done(_) = *state {
            return match std::mem::replace(&mut *state, State::Left) {
                State::Done(result) => Some(result),
                _ => None,
            };
        }
        // It ended in a panic.
        if thread.is_finished() {
            return None;
        }
        if control.is_cancelled() && cancelled.get_or_insert_with(Instant::now).elapsed() >= PATIENCE {
            *state = State::Left;
            return None;
        }
        state = shared.1.wait_timeout(state, TICK).unwrap_or_else(PoisonError::into_inner).0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_waited_for_and_answers() {
        assert_eq!(run(&Control::new(), || 42, drop), Some(42));
        assert_eq!(run(&Control::new(), || panic!("expected by this test"), |(): ()| ()), None);
    }

    #[test]
    fn a_cancelled_caller_goes_on_and_the_work_too() {
        let control = Control::new();
        control.cancel();
        let (send, receive) = std::sync::mpsc::channel();
        let (go, told) = std::sync::mpsc::channel();
        let long = Duration::from_secs(60);
        let work = move || told.recv_timeout(long).is_ok();
        assert_eq!(run(&control, work, move |done| send.send(done).unwrap()), None);
        go.send(()).unwrap();
        assert_eq!(receive.recv_timeout(long), Ok(true));
    }

    #[test]
    fn work_that_is_quick_is_done_in_spite_of_a_cancel() {
        let control = Control::new();
        control.cancel();
        assert_eq!(run(&control, || 42, drop), Some(42));
    }
}
