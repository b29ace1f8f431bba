//! What all transfers of the process share: how many requests are under way, how many bytes wait in memory, how many go over
//! the wire in a second.
//!
//! A transfer takes memory first and then a request, and whoever has a request never waits for memory: so none waits for
//! another in a circle. Requests without data (a list, a manifest, an abort) take neither, and get through when data is stuck.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::options::StoreSettings;

const CONCURRENCY: usize = 8;
const MEMORY: u64 = 192 << 20;
/// Memory is counted in pieces of so many bytes.
const PIECE: u64 = 4 << 10;

static CURRENT: Mutex<Option<Limits>> = Mutex::new(None);

/// The limits of the process. A clone is the same limits.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    pub(super) concurrency: usize,
    memory: u64,
    requests: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
    /// The most bytes that were in memory at once.
    peak: Arc<AtomicU64>,
    wire: Option<Arc<Wire>>,
}

/// Bytes of transfers in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Memory {
    /// Now.
    pub(crate) used: u64,
    /// At most, since the limit was set.
    pub(crate) peak: u64,
    pub(crate) limit: u64,
}

/// The time from which the wire is free.
#[derive(Debug)]
struct Wire {
    rate: u64,
    free: Mutex<Instant>,
}

impl Limits {
    fn new() -> Self {
        let (requests, bytes) = (requests(CONCURRENCY), bytes(MEMORY));
        Self { concurrency: CONCURRENCY, memory: MEMORY, requests, bytes, peak: Arc::default(), wire: None }
    }

    /// Those that hold now.
    pub(super) fn current() -> Self {
        CURRENT.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(Self::new).clone()
    }

    /// Sets what `settings` name. Transfers that are under way keep to what they began with.
    pub(super) fn set(settings: &StoreSettings) {
        let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
        let limits = current.get_or_insert_with(Self::new);
        if let Some(concurrency) = settings.concurrency.filter(|&concurrency| concurrency != limits.concurrency) {
            (limits.concurrency, limits.requests) = (concurrency, requests(concurrency));
        }
        if let Some(memory) = settings.memory.filter(|&memory| memory != limits.memory) {
            (limits.memory, limits.bytes, limits.peak) = (memory, bytes(memory), Arc::default());
        }
        if let Some(rate) = settings.bandwidth.filter(|&rate| limits.wire.as_ref().is_none_or(|wire| wire.rate != rate))
        {
            limits.wire = Some(Arc::new(Wire { rate, free: Mutex::new(Instant::now()) }));
        }
    }

    /// Waits until `bytes` more may be in memory. What is more than the whole limit waits until nothing else is there.
    pub(super) async fn memory(&self, bytes: u64) -> Option<OwnedSemaphorePermit> {
        let pieces = bytes.min(self.memory).div_ceil(PIECE).min(self.memory / PIECE);
        let pieces = u32::try_from(pieces).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.bytes).acquire_many_owned(pieces).await.ok();
        self.peak.fetch_max(self.in_memory().used, Ordering::Relaxed);
        permit
    }

    /// How much is in memory.
    pub(crate) fn in_memory(&self) -> Memory {
        let used = (self.memory / PIECE).saturating_sub(self.bytes.available_permits() as u64) * PIECE;
        Memory { used, peak: self.peak.load(Ordering::Relaxed), limit: self.memory }
    }

    /// Waits until one more request for data may be under way.
    pub(super) async fn request(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.requests).acquire_owned().await.ok()
    }

    /// Waits until the wire is free, and takes it for `bytes`.
    pub(super) async fn wire(&self, bytes: u64) {
        let Some(wire) = &self.wire else { return };
        let start = {
            let mut free = wire.free.lock().unwrap_or_else(PoisonError::into_inner);
            let start = (*free).max(Instant::now());
            let nanos = u128::from(bytes) * 1_000_000_000 / u128::from(wire.rate);
            *free = start + Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX >> 8));
            start
        };
        tokio::time::sleep_until(start).await;
    }
}

fn requests(concurrency: usize) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(concurrency))
}

fn bytes(memory: u64) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(usize::try_from(memory / PIECE).unwrap_or(Semaphore::MAX_PERMITS)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    fn limits(settings: &[(&str, &str)]) -> Limits {
        let mut options = Options::new();
        settings.iter().for_each(|(name, value)| options.set(name, value).unwrap());
        let own = Mutex::new(Limits::new());
        let mut limits = own.into_inner().unwrap();
        let settings = options.store();
        if let Some(memory) = settings.memory {
            (limits.memory, limits.bytes) = (memory, bytes(memory));
        }
        if let Some(rate) = settings.bandwidth {
            limits.wire = Some(Arc::new(Wire { rate, free: Mutex::new(Instant::now()) }));
        }
        limits
    }

    fn run<T>(future: impl std::future::Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
    }

    #[test]
    fn memory_is_lent_up_to_its_limit_and_more_than_all_of_it_is_all_of_it() {
        run(async {
            let limits = limits(&[("store.memory", "16M")]);
            let all = limits.memory(1 << 30).await;
            assert_eq!(limits.in_memory(), Memory { used: 16 << 20, peak: 16 << 20, limit: 16 << 20 });
            let waits = tokio::time::timeout(Duration::from_millis(50), limits.memory(1));
            assert!(waits.await.is_err());
            drop(all);
            let one = limits.memory(1).await;
            assert!(one.is_some());
            assert_eq!(limits.in_memory(), Memory { used: PIECE, peak: 16 << 20, limit: 16 << 20 });
        });
    }

    #[test]
    fn the_wire_carries_so_many_bytes_in_a_second() {
        run(async {
            let limits = limits(&[("store.bandwidth", "1M")]);
            let start = Instant::now();
            for _ in 0..3 {
                limits.wire(100 << 10).await;
            }
            let took = start.elapsed();
            assert!((150..10_000).contains(&took.as_millis()), "{took:?}");
        });
    }
}
