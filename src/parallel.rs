//! Work on numbered things, several at once.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::ScopedJoinHandle;

use crate::error::{Code, Error, Result};
use crate::store::Control;

/// More threads than this would only fight for the disk.
const MOST: usize = 8;

/// How many threads work at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Threads {
    /// As many as there are processors: work that computes.
    Processors,
    /// As many as there may be: work that waits for others.
    Most,
}

/// Runs `work` for every number below `count`, with a control that the first error stops; answers that error, after all
/// threads have ended.
pub(crate) fn run(
    count: usize,
    threads: Threads,
    control: &Control,
    work: &(dyn Fn(usize, &Control) -> Result<()> + Sync),
) -> Result<()> {
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    let most = if threads == Threads::Most { MOST } else { processors().min(MOST) };
    let (next, child) = (AtomicUsize::new(0), control.child());
    let worker = || {
        loop {
            match next.fetch_add(1, Ordering::Relaxed) {
                at if at < count => child.check().and_then(|()| work(at, &child)).inspect_err(|_| child.stop())?,
                _ => return Ok(()),
            }
        }
    };
    let end = |thread: ScopedJoinHandle<'_, Result<()>>| {
        thread.join().unwrap_or_else(|panic| Err(Error::from_panic(&*panic)))
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..most.min(count)).map(|_| scope.spawn(worker)).collect();
        let errors = threads.into_iter().map(end).filter_map(Result::err).collect::<Vec<_>>();
        // Those that were stopped say that they were cancelled; what stopped them says why.
        let first = errors.iter().position(|error| error.code != Code::Cancelled).unwrap_or(0);
        errors.into_iter().nth(first).map_or(Ok(()), Err)
    })
}

/// The same, for work with answers: all of them, in the order of their numbers.
pub(crate) fn map<T: Send + Sync>(
    count: usize,
    threads: Threads,
    control: &Control,
    work: &(dyn Fn(usize, &Control) -> Result<T> + Sync),
) -> Result<Vec<T>> {
    let answers: Vec<OnceLock<T>> = (0..count).map(|_| OnceLock::new()).collect();
    run(count, threads, control, &|at, control| {
        let answer = work(at, control)?;
        let _ = answers.get(at).map(|place| place.set(answer));
        Ok(())
    })?;
    Ok(answers.into_iter().filter_map(OnceLock::into_inner).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(count: usize, work: &(dyn Fn(usize, &Control) -> Result<()> + Sync)) -> Result<()> {
        run(count, Threads::Most, &Control::new(), work)
    }

    #[test]
    fn every_number_has_its_turn_and_an_error_is_told() {
        let sum = AtomicUsize::new(0);
        let add = |at, _: &Control| {
            sum.fetch_add(at, Ordering::Relaxed);
            Ok(())
        };
        all(100, &add).unwrap();
        assert_eq!(sum.into_inner(), 4950);
        all(0, &|_, _| Err(Error::closed())).unwrap();
        assert!(all(10, &|at, _| if at == 7 { Err(Error::closed()) } else { Ok(()) }).is_err());
        assert!(all(3, &|_, _| panic!("told as an error")).unwrap_err().message.contains("told as an error"));
    }

    #[test]
    fn answers_come_in_order() {
        let squares = |count| map(count, Threads::Most, &Control::new(), &|at, _| Ok(at * at)).unwrap();
        assert_eq!(squares(100), (0..100).map(|at| at * at).collect::<Vec<_>>());
        assert!(squares(0).is_empty());
        let fails = |at, _: &Control| if at == 7 { Err(Error::closed()) } else { Ok(at) };
        assert_eq!(map(100, Threads::Most, &Control::new(), &fails).unwrap_err().code, Code::Closed);
    }

    #[test]
    fn the_first_error_stops_the_others_and_not_the_whole() {
        let control = Control::new();
        let work = |at: usize, child: &Control| match at {
            0 => Err(Error::closed()),
            _ => loop {
                child.check()?;
                std::thread::yield_now();
            },
        };
        let error = run(50, Threads::Most, &control, &work).unwrap_err();
        assert_eq!(error.code, Code::Closed, "{error}");
        assert!(!control.is_cancelled());
    }

    #[test]
    fn a_cancel_stops_all() {
        let control = Control::new();
        control.cancel();
        let error = run(3, Threads::Most, &control, &|_, _| Ok(())).unwrap_err();
        assert_eq!(error.code, Code::Cancelled);
    }
}
