//! Who is inside a database: one word that counts calls, marks the one writer, and refuses everybody once it is closed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Code, Error, Result};

const CLOSED: u64 = 1 << 63;
const WRITING: u64 = 1 << 62;

#[derive(Debug, Default)]
pub(super) struct Gate {
    word: AtomicU64,
    lock: Mutex<()>,
    left: Condvar,
}

/// Proof that its database is open, for as long as it is held. Cheap to take: one atomic step in, one out.
#[derive(Debug)]
pub struct Call<'a> {
    gate: &'a Gate,
    share: u64,
}

impl Gate {
    pub(super) const fn new() -> Gate {
        Gate { word: AtomicU64::new(0), lock: Mutex::new(()), left: Condvar::new() }
    }

    /// Enters to read.
    pub(super) fn read(&self) -> Result<Call<'_>> {
        let seen = self.word.fetch_add(1, Ordering::Acquire);
        let call = Call { gate: self, share: 1 };
        if seen & CLOSED != 0 { Err(Error::closed()) } else { Ok(call) }
    }

    /// Enters to write; `ConcurrentWrite` if a writer is inside.
    pub(super) fn write(&self) -> Result<Call<'_>> {
        let mut seen = self.word.load(Ordering::Relaxed);
        loop {
            if seen & CLOSED != 0 {
                return Err(Error::closed());
            }
            if seen & WRITING != 0 {
                return Err(Error::new(
                    Code::ConcurrentWrite,
                    "another thread is writing to this backend; a backend has one writer at a time",
                ));
            }
            match self.word.compare_exchange_weak(seen, (seen | WRITING) + 1, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return Ok(Call { gate: self, share: WRITING + 1 }),
                Err(now) => seen = now,
            }
        }
    }

    /// Refuses new calls from now on; whether this call was the first to do so.
    pub(super) fn refuse(&self) -> bool {
        self.word.fetch_or(CLOSED, Ordering::AcqRel) & CLOSED == 0
    }

    /// Waits until nobody is inside, at most until `deadline`; whether that came true. Only after `refuse`.
    pub(super) fn drain(&self, deadline: Option<Instant>) -> bool {
        let mut guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        while self.word.load(Ordering::Acquire) & !CLOSED != 0 {
            // The time-out covers the instant between a caller's last step and its notification.
            let rest = deadline.map_or(Duration::from_millis(50), |end| end.saturating_duration_since(Instant::now()));
            if rest.is_zero() {
                return false;
            }
            let nap = rest.min(Duration::from_millis(50));
            guard = self.left.wait_timeout(guard, nap).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Whether `call` is one of this gate's.
    pub(super) fn admitted(&self, call: &Call<'_>) -> bool {
        std::ptr::eq(self, call.gate)
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        let before = self.gate.word.fetch_sub(self.share, Ordering::Release);
        if before & CLOSED != 0 {
            drop(self.gate.lock.lock().unwrap_or_else(PoisonError::into_inner));
            self.gate.left.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_share_and_a_second_writer_is_told_so() {
        let gate = Gate::default();
        let first = gate.write().unwrap();
        let _reader = gate.read().unwrap();
        assert_eq!(gate.write().unwrap_err().code, Code::ConcurrentWrite);
        drop(first);
        assert!(gate.write().is_ok());
    }

    #[test]
    fn a_closed_gate_refuses_and_drains() {
        let gate = Gate::default();
        let inside = gate.read().unwrap();
        assert!(gate.refuse());
        assert!(!gate.refuse());
        assert_eq!(gate.read().unwrap_err().code, Code::Closed);
        assert_eq!(gate.write().unwrap_err().code, Code::Closed);
        assert!(!gate.drain(Some(Instant::now() + Duration::from_millis(20))));
        drop(inside);
        assert!(gate.drain(None));
    }

    #[test]
    fn closing_waits_for_every_racing_call() {
        for _ in 0..200 {
            let gate = Gate::default();
            let open = std::sync::atomic::AtomicBool::new(true);
            std::thread::scope(|scope| {
                for writer in [false, true, false] {
                    let (gate, open) = (&gate, &open);
                    scope.spawn(move || {
                        while let Ok(_call) = if writer { gate.write() } else { gate.read() } {
                            assert!(open.load(Ordering::SeqCst), "inside after the close");
                        }
                    });
                }
                gate.refuse();
                gate.drain(None);
                open.store(false, Ordering::SeqCst);
            });
        }
    }
}
