//! `Control`: how the owner of a long operation watches and stops it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use crate::error::{Code, Error, Result};

/// A cancel flag, counters of bytes moved and expected, and a deadline. Clones share flag and counters; the default is never cancelled.
#[derive(Clone, Debug, Default)]
pub struct Control {
    cancelled: Arc<AtomicBool>,
    moved: Arc<AtomicU64>,
    expected: Arc<AtomicU64>,
    deadline: Option<Instant>,
    /// Stops this control and its clones, and not those that it comes from.
    stopped: Option<Arc<AtomicBool>>,
    /// It cleans up, and may go on when the process ends.
    clean_up: bool,
}

impl Control {
    /// A fresh flag and counter, and no deadline.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same flag and counter, for work that must end by `deadline`.
    pub fn with_deadline(&self, deadline: Instant) -> Self {
        Self { deadline: Some(deadline), ..self.clone() }
    }

    /// The same flag and counter for work on one of several things, which `stop` ends without cancelling the whole.
    pub fn child(&self) -> Self {
        Self { stopped: Some(Arc::default()), ..self.clone() }
    }

    /// Ends the work that a `child` is for, and only that.
    pub fn stop(&self) {
        if let Some(stopped) = &self.stopped {
            stopped.store(true, Ordering::Relaxed);
        }
    }

    /// A fresh control for work that cleans up after something, until `deadline`.
    pub fn for_clean_up(deadline: Instant) -> Self {
        Self { deadline: Some(deadline), clean_up: true, ..Self::default() }
    }

    /// Whether it cleans up.
    pub(super) fn is_clean_up(&self) -> bool {
        self.clean_up
    }

    /// The same flag and deadline with counters of its own: for bytes that are not the operation's own measure.
    pub fn uncounted(&self) -> Self {
        Self { moved: Arc::default(), expected: Arc::default(), ..self.clone() }
    }

    /// Asks the operation to stop; returns at once.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether `cancel` was called, on this or on a clone, or `stop`.
    pub fn is_cancelled(&self) -> bool {
        let is_set = |flag: &Arc<AtomicBool>| flag.load(Ordering::Relaxed);
        is_set(&self.cancelled) || self.stopped.as_ref().is_some_and(is_set)
    }

    /// `Code::Cancelled` or `Code::TimedOut` if the operation should stop; asked between any two chunks of work.
    pub fn check(&self) -> Result<()> {
        if self.is_cancelled() {
            return Err(Error::new(Code::Cancelled, "the operation was cancelled"));
        }
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(Error::new(Code::TimedOut, "the operation did not end by its deadline; it was stopped"));
        }
        Ok(())
    }

    /// `bytes` more are in place, copied or linked.
    pub fn advance(&self, bytes: u64) {
        self.moved.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Bytes in place so far.
    pub fn moved(&self) -> u64 {
        self.moved.load(Ordering::Relaxed)
    }

    /// `bytes` more are to get to their place.
    pub fn expect(&self, bytes: u64) {
        self.expected.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Bytes that are to be in place in the end, as far as that is known yet.
    pub fn expected(&self) -> u64 {
        self.expected.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_count_together_and_an_uncounted_one_is_cancelled_with_them() {
        let control = Control::new();
        let (clone, apart) = (control.clone(), control.uncounted());
        clone.expect(10);
        clone.advance(4);
        apart.advance(100);
        assert_eq!((control.moved(), control.expected(), apart.moved()), (4, 10, 100));
        control.cancel();
        assert_eq!(apart.check().unwrap_err().code, Code::Cancelled);
    }
}
