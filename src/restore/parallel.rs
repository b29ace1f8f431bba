//! Work on numbered things, several at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::ScopedJoinHandle;

use crate::error::{Error, Result};

/// More threads than this would only fight for the disk.
const MOST: usize = 8;

/// Runs `work` for every number below `count`; answers an error if one failed, after all threads have ended.
pub(super) fn run(count: usize, work: &(dyn Fn(usize) -> Result<()> + Sync)) -> Result<()> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(MOST).min(count);
    let next = AtomicUsize::new(0);
    let worker = || {
        loop {
            match next.fetch_add(1, Ordering::Relaxed) {
                at if at < count => work(at)?,
                _ => return Ok(()),
            }
        }
    };
    let end = |thread: ScopedJoinHandle<'_, Result<()>>| {
        thread.join().unwrap_or_else(|panic| Err(Error::from_panic(&*panic)))
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        let results: Vec<_> = threads.into_iter().map(end).collect();
        results.into_iter().collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_its_turn_and_an_error_is_told() {
        let sum = AtomicUsize::new(0);
        let add = |at| {
            sum.fetch_add(at, Ordering::Relaxed);
            Ok(())
        };
        run(100, &add).unwrap();
        assert_eq!(sum.into_inner(), 4950);
        run(0, &|_| Err(Error::closed())).unwrap();
        assert!(run(10, &|at| if at == 7 { Err(Error::closed()) } else { Ok(()) }).is_err());
        assert!(run(3, &|_| panic!("told as an error")).unwrap_err().message.contains("told as an error"));
    }
}
