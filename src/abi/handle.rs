//! Handles: small shells with a tag, whose memory is never given back, so that a stale or mistaken one can be told.

use std::collections::VecDeque;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError};

use crate::error::{Code, Error, Result};

/// A freed shell is used again only after this many others have been freed.
const QUARANTINE: usize = 64 * 1024;

/// The tags of shells. Unlikely numbers: a pointer to something else hardly ever looks like a handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Kind {
    Freed = 0x6a_b1_0e_00,
    Error,
    Buffer,
    ValueList,
    Options,
    Budget,
    Backend,
    ColumnFamily,
    ColumnFamilyList,
    Batch,
    Scan,
    View,
    Snapshot,
    SnapshotInfo,
    SnapshotList,
    SnapshotDirectory,
    SweepReport,
    NumberList,
    Restore,
    MetricList,
    PulledStream,
    PushedStream,
}

/// Every kind, at the place that its tag gives it, with its noun.
const KINDS: [(Kind, &str); 22] = [
    (Kind::Freed, "freed"),
    (Kind::Error, "error"),
    (Kind::Buffer, "buffer"),
    (Kind::ValueList, "value_list"),
    (Kind::Options, "options"),
    (Kind::Budget, "budget"),
    (Kind::Backend, "backend"),
    (Kind::ColumnFamily, "column_family"),
    (Kind::ColumnFamilyList, "column_family_list"),
    (Kind::Batch, "batch"),
    (Kind::Scan, "scan"),
    (Kind::View, "view"),
    (Kind::Snapshot, "snapshot"),
    (Kind::SnapshotInfo, "snapshot_info"),
    (Kind::SnapshotList, "snapshot_list"),
    (Kind::SnapshotDirectory, "snapshot_directory"),
    (Kind::SweepReport, "sweep_report"),
    (Kind::NumberList, "number_list"),
    (Kind::Restore, "restore"),
    (Kind::MetricList, "metric_list"),
    (Kind::PulledStream, "pulled_stream"),
    (Kind::PushedStream, "pushed_stream"),
];

/// A handle type of the header. The types themselves have no size: a reference to one, shared or not, claims no memory, and stands
/// for the address of a shell only. Private fields see to it that references come from `give` alone, through C.
///
/// # Safety
/// No two types have one `KIND`.
pub(super) unsafe trait Handle {
    const KIND: Kind;
    /// What a shell of this kind points to. Handles that are not `const` in C lock theirs.
    type Object: Send + Sync;
}

/// What a handle's address is the address of.
struct Shell {
    tag: AtomicU32,
    object: AtomicPtr<()>,
}

struct Pool {
    /// Freed shells, the oldest first.
    freed: VecDeque<&'static Shell>,
    live: [i64; KINDS.len()],
}

static POOL: Mutex<Pool> = Mutex::new(Pool { freed: VecDeque::new(), live: [0; KINDS.len()] });

fn pool() -> MutexGuard<'static, Pool> {
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Pool {
    fn shell(&mut self) -> &'static Shell {
        if self.freed.len() > QUARANTINE
            && let Some(shell) = self.freed.pop_front()
        {
            return shell;
        }
        // Each shell is a block of its own, so that leak checkers see the handles that a program forgot.
        Box::leak(Box::new(Shell { tag: AtomicU32::new(Kind::Freed as u32), object: AtomicPtr::default() }))
    }

    fn count(&mut self, kind: Kind, change: i64) {
        if let Some(live) = self.live.get_mut(place(kind as u32)) {
            *live += change;
        }
    }
}

/// Where a tag stands in `KINDS`; out of range for what is no tag.
fn place(tag: u32) -> usize {
    tag.wrapping_sub(Kind::Freed as u32) as usize
}

/// Makes a handle for `object`; it belongs to the caller of the C function.
pub(super) fn give<H: Handle>(object: H::Object) -> *mut H {
    let object = Box::into_raw(Box::new(object));
    let shell = {
        let mut pool = pool();
        pool.count(H::KIND, 1);
        pool.shell()
    };
    shell.object.store(object.cast(), Ordering::Relaxed);
    shell.tag.store(H::KIND as u32, Ordering::Release);
    ptr::with_exposed_provenance_mut(ptr::from_ref(shell).expose_provenance())
}

/// The same for a result that may be absent, which is NULL.
pub(super) fn give_optional<H: Handle>(object: Option<H::Object>) -> *mut H {
    object.map_or(ptr::null_mut(), give)
}

/// The object of a handle that must be there.
pub(super) fn borrow<'a, H: Handle>(handle: Option<&'a H>, argument: &str) -> Result<&'a H::Object> {
    let Some(handle) = handle else {
        return Err(Error::invalid(format!("`{argument}` is NULL; a gabion_{} is needed", noun(H::KIND))));
    };
    match shell(handle) {
        Some(shell) if shell.tag.load(Ordering::Acquire) == H::KIND as u32 => {
            let object = shell.object.load(Ordering::Relaxed).cast::<H::Object>();
            // SAFETY: under the tag H::KIND `give` has put a box of this type there, and `release`, which alone takes it away,
            // may not run during a call on the same handle (docs/abi.md, rule 5).
            Ok(unsafe { &*object })
        }
        shell => Err(mistaken(shell, H::KIND, argument)),
    }
}

/// The object of a handle that may be NULL.
pub(super) fn borrow_optional<'a, H: Handle>(handle: Option<&'a H>, argument: &str) -> Result<Option<&'a H::Object>> {
    handle.map(|handle| borrow(Some(handle), argument)).transpose()
}

/// The object of a handle that is not `const` everywhere, to look at.
pub(super) fn read<'a, H, T>(handle: Option<&'a H>, argument: &str) -> Result<RwLockReadGuard<'a, T>>
where
    H: Handle<Object = RwLock<T>>,
    T: 'a,
{
    borrow(handle, argument)?.try_read().map_err(|error| busy(&error, argument))
}

/// The same for a handle that may be NULL.
pub(super) fn read_optional<'a, H, T>(handle: Option<&'a H>, argument: &str) -> Result<Option<RwLockReadGuard<'a, T>>>
where
    H: Handle<Object = RwLock<T>>,
    T: 'a,
{
    handle.map(|handle| read(Some(handle), argument)).transpose()
}

/// The object of a handle that is not `const`, to change.
pub(super) fn write<'a, H, T>(handle: Option<&'a mut H>, argument: &str) -> Result<RwLockWriteGuard<'a, T>>
where
    H: Handle<Object = RwLock<T>>,
    T: 'a,
{
    borrow(handle.map(|handle| &*handle), argument)?.try_write().map_err(|error| busy(&error, argument))
}

/// The same for an object that one thread at a time may even look at.
pub(super) fn lock<'a, H, T>(handle: Option<&'a mut H>, argument: &str) -> Result<MutexGuard<'a, T>>
where
    H: Handle<Object = Mutex<T>>,
    T: 'a,
{
    borrow(handle.map(|handle| &*handle), argument)?.try_lock().map_err(|error| busy(&error, argument))
}

/// Ends a handle and its object. Anything but a live handle of this kind is left alone.
pub(super) fn release<H: Handle>(handle: Option<&mut H>) {
    let Some(shell) = handle.and_then(|handle| shell(handle)) else { return };
    let freed = shell.tag.compare_exchange(H::KIND as u32, Kind::Freed as u32, Ordering::AcqRel, Ordering::Relaxed);
    if freed.is_err() {
        return;
    }
    let object = shell.object.swap(ptr::null_mut(), Ordering::Relaxed).cast::<H::Object>();
    {
        let mut pool = pool();
        pool.count(H::KIND, -1);
        pool.freed.push_back(shell);
    }
    // SAFETY: `give` made the box, of this type by its tag; of all calls that free this shell, only one changed the tag.
    drop(unsafe { Box::from_raw(object) });
}

/// How many handles of the kind with this noun are alive; `None` for a noun that is none.
pub(super) fn live(noun: &str) -> Option<i64> {
    let place = KINDS.iter().skip(1).position(|(_, known)| *known == noun)?;
    pool().live.get(place + 1).copied()
}

/// The nouns of all kinds of handles.
pub(super) fn nouns() -> impl Iterator<Item = &'static str> {
    KINDS.iter().skip(1).map(|(_, noun)| *noun)
}

fn noun(kind: Kind) -> &'static str {
    KINDS.get(place(kind as u32)).map_or("handle", |(_, noun)| noun)
}

/// The shell that a handle's address stands for; `None` if no shell can have that address.
fn shell<H: Handle>(handle: &H) -> Option<&'static Shell> {
    let shell = ptr::with_exposed_provenance::<Shell>(ptr::from_ref(handle).addr());
    // SAFETY: references to handle types come from `give` only, which exposed this address; shells are never freed.
    shell.is_aligned().then(|| unsafe { &*shell })
}

#[cold]
fn mistaken(shell: Option<&Shell>, wanted: Kind, argument: &str) -> Error {
    let tag = shell.map_or(0, |shell| shell.tag.load(Ordering::Relaxed));
    let found = match KINDS.get(place(tag)) {
        Some((Kind::Freed, _)) => "is freed".to_owned(),
        Some((_, noun)) => format!("is a gabion_{noun}"),
        None => "is not a handle of Gabion".to_owned(),
    };
    Error::invalid(format!("`{argument}` {found}; a live gabion_{} is needed", noun(wanted)))
}

#[cold]
fn busy<G>(error: &TryLockError<G>, argument: &str) -> Error {
    match error {
        TryLockError::WouldBlock => Error::invalid(format!(
            "`{argument}` is in use by another thread; it serves one thread at a time, each needs its own"
        )),
        TryLockError::Poisoned(_) => {
            Error::new(Code::Panic, format!("an earlier call on `{argument}` met a bug in Gabion (a panic); free it"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct One([u8; 0]);
    // SAFETY: these tests make no other views.
    unsafe impl Handle for One {
        const KIND: Kind = Kind::View;
        type Object = RwLock<String>;
    }

    struct Other([u8; 0]);
    // SAFETY: these tests make no other budgets.
    unsafe impl Handle for Other {
        const KIND: Kind = Kind::Budget;
        type Object = Vec<u8>;
    }

    /// What C does with a pointer that it passes as another type.
    fn as_argument<'a, H>(pointer: *mut impl Sized) -> Option<&'a H> {
        // SAFETY: handle types have no size, and the address is a shell's.
        unsafe { pointer.cast::<H>().as_ref() }
    }

    fn message<T>(result: Result<T>) -> String {
        result.err().unwrap().message
    }

    #[test]
    fn every_kind_is_at_the_place_that_its_tag_gives_it() {
        for (index, (kind, _)) in KINDS.iter().enumerate() {
            assert_eq!(place(*kind as u32), index);
        }
    }

    #[test]
    fn handle_types_claim_no_memory() {
        assert_eq!(size_of::<One>(), 0);
        assert_eq!(One([]).0.len() + Other([]).0.len(), 0);
    }

    #[test]
    fn a_live_handle_gives_its_object() {
        let handle = give::<Other>(vec![1, 2, 3]);
        assert_eq!(borrow(as_argument::<Other>(handle), "other").unwrap(), &[1, 2, 3]);
        release(handle_mut(handle));
    }

    fn handle_mut<'a, H>(pointer: *mut H) -> Option<&'a mut H> {
        // SAFETY: as in `as_argument`.
        unsafe { pointer.as_mut() }
    }

    #[test]
    fn a_freed_handle_and_one_of_another_kind_are_told_by_name() {
        let one = give::<One>(RwLock::new(String::new()));
        let other = give::<Other>(Vec::new());
        assert_eq!(message(borrow::<Other>(None, "x")), "`x` is NULL; a gabion_budget is needed");
        assert_eq!(
            message(borrow(as_argument::<Other>(one), "x")),
            "`x` is a gabion_view; a live gabion_budget is needed"
        );
        release(handle_mut(other));
        release(handle_mut(other));
        assert_eq!(message(borrow(as_argument::<Other>(other), "x")), "`x` is freed; a live gabion_budget is needed");
        release(as_argument_mut::<Other>(one));
        assert!(read(as_argument::<One>(one), "x").is_ok(), "freeing it as another kind has left it alone");
        release(handle_mut(one));
    }

    fn as_argument_mut<'a, H>(pointer: *mut impl Sized) -> Option<&'a mut H> {
        // SAFETY: as in `as_argument`.
        unsafe { pointer.cast::<H>().as_mut() }
    }

    #[test]
    fn a_pointer_to_something_else_is_no_handle() {
        let mut block = [7_u64; 4];
        let pointer = block.as_mut_ptr();
        let _ = pointer.expose_provenance();
        assert_eq!(
            message(borrow(as_argument::<Other>(pointer), "x")),
            "`x` is not a handle of Gabion; a live gabion_budget is needed"
        );
        let inside = pointer.cast::<u8>().wrapping_add(1);
        assert_eq!(
            message(borrow(as_argument::<Other>(inside), "x")),
            "`x` is not a handle of Gabion; a live gabion_budget is needed"
        );
    }

    #[test]
    fn a_handle_in_use_is_refused_to_a_second_user() {
        let handle = give::<One>(RwLock::new(String::new()));
        let held = write(handle_mut(handle), "x").unwrap();
        assert!(message(write(handle_mut(handle), "x")).contains("in use by another thread"));
        assert!(message(read(as_argument::<One>(handle), "x")).contains("in use by another thread"));
        drop(held);
        let first = read(as_argument::<One>(handle), "x").unwrap();
        let second = read(as_argument::<One>(handle), "x").unwrap();
        drop((first, second));
        release(handle_mut(handle));
    }

    #[test]
    fn a_freed_shell_rests_before_it_is_used_again() {
        let first = give::<Other>(Vec::new());
        release(handle_mut(first));
        for _ in 0..1_000 {
            let next = give::<Other>(Vec::new());
            assert_ne!(next, first);
            release(handle_mut(next));
        }
    }
}
