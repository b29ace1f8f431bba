//! `Db`: one open RocksDB, and the registry of the native objects made from it.

use std::collections::BTreeMap;
use std::ffi::{CString, c_char};
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use librocksdb_sys as ffi;

use super::family::Family;
use super::gate::{Call, Gate};
use super::iterator::NativeIterator;
use super::{DbOptions, FamilyOptions, c_path, c_string, check, exit};
use crate::error::{Code, Error, Result};

unsafe extern "C" {
    fn gabion_shim_enable_compactions(
        db: *mut ffi::rocksdb_t,
        families: *const *mut ffi::rocksdb_column_family_handle_t,
        count: usize,
        error: *mut *mut c_char,
    );
}

/// An open database. It closes when `close` is called or the last `Arc` goes, whichever is first.
#[derive(Debug)]
pub struct Db {
    gate: Gate,
    /// Followed only while a `Call` is held, or inside `close`.
    raw: *mut ffi::rocksdb_t,
    write_options: *mut ffi::rocksdb_writeoptions_t,
    pub(super) read_options: *mut ffi::rocksdb_readoptions_t,
    options: DbOptions,
    path: PathBuf,
    registry: Mutex<Registry>,
    /// `exit::forks` of the process that opened it, which alone can free or close it.
    forks: u32,
}

/// What is to be freed before the database. `None` once it is closed.
#[derive(Debug)]
struct Registry {
    open: bool,
    next: u64,
    resources: BTreeMap<u64, Resource>,
}

/// A native object that belongs to a database.
#[derive(Debug)]
pub(super) enum Resource {
    Family(*mut ffi::rocksdb_column_family_handle_t),
    Iterator(NativeIterator),
    Pin(*const ffi::rocksdb_snapshot_t, *mut ffi::rocksdb_readoptions_t),
}

// SAFETY: RocksDB's database is thread-safe; the option objects are only read; the registry is behind its mutex.
unsafe impl Send for Db {}
// SAFETY: as above.
unsafe impl Sync for Db {}

impl Db {
    /// Opens the database in `path` with all its families, which must be exactly `families` (RocksDB names), `default` among them.
    pub fn open(
        path: &Path,
        options: DbOptions,
        families: Vec<(Vec<u8>, FamilyOptions)>,
    ) -> Result<(Arc<Db>, Vec<Family>)> {
        Self::open_as(path, options, families, false)
    }

    /// Opens it to be read only, with some of its families, `default` among them. The files of the others need not be there.
    pub fn open_to_read(
        path: &Path,
        options: DbOptions,
        families: Vec<(Vec<u8>, FamilyOptions)>,
    ) -> Result<(Arc<Db>, Vec<Family>)> {
        Self::open_as(path, options, families, true)
    }

    fn open_as(
        path: &Path,
        options: DbOptions,
        families: Vec<(Vec<u8>, FamilyOptions)>,
        to_read: bool,
    ) -> Result<(Arc<Db>, Vec<Family>)> {
        if exit::forks() > 0 {
            let text = "this process was forked from one that had opened a backend, and RocksDB's threads are not in it; \
                        start a new program (exec) for one of its own";
            return Err(Error::new(Code::Unsupported, text));
        }
        let _working = exit::work()?;
        let c_name = c_path(path)?;
        let names = families
            .iter()
            .map(|(name, _)| c_string(name.clone(), "a column family's RocksDB name"))
            .collect::<Result<Vec<CString>>>()?;
        let count =
            i32::try_from(families.len()).map_err(|_| Error::invalid("there are more than 2^31 column families"))?;
        let name_pointers: Vec<_> = names.iter().map(|name| name.as_ptr()).collect();
        let option_pointers: Vec<_> = families.iter().map(|(_, options)| options.raw().cast_const()).collect();
        let mut handles = vec![ptr::null_mut(); families.len()];
        let mut error = ptr::null_mut();
        // SAFETY: the arrays are of the length given, and alive; RocksDB copies what it is given.
        let raw = unsafe {
            let (name, names) = (c_name.as_ptr(), name_pointers.as_ptr());
            let (own, handles) = (option_pointers.as_ptr(), handles.as_mut_ptr());
            if to_read {
                let logs_are_fine = 0;
                ffi::rocksdb_open_for_read_only_column_families(
                    options.raw(),
                    name,
                    count,
                    names,
                    own,
                    handles,
                    logs_are_fine,
                    &mut error,
                )
            } else {
                ffi::rocksdb_open_column_families(options.raw(), name, count, names, own, handles, &mut error)
            }
        };
        check(error, &format!("open the database in {}", path.display()))?;
        let db = Arc::new(Db {
            gate: Gate::default(),
            raw,
            write_options: new_write_options(),
            read_options: new_read_options(),
            options,
            path: path.to_owned(),
            registry: Mutex::new(Registry { open: true, next: 0, resources: BTreeMap::new() }),
            forks: exit::forks(),
        });
        let families = families
            .into_iter()
            .zip(handles)
            .map(|((name, options), handle)| Family::adopt(&db, handle, name, options))
            .collect();
        exit::remember(&db);
        Ok((db, families))
    }

    /// The RocksDB names of the families of the closed database in `path`.
    pub fn list_families(path: &Path, options: &DbOptions) -> Result<Vec<Vec<u8>>> {
        let _working = exit::work()?;
        let c_name = c_path(path)?;
        let (mut count, mut error) = (0, ptr::null_mut());
        // SAFETY: all arguments are alive; the list is read below and then freed by its own function.
        let list = unsafe { ffi::rocksdb_list_column_families(options.raw(), c_name.as_ptr(), &mut count, &mut error) };
        let failed = check(error, &format!("list the column families in {}", path.display()));
        if list.is_null() {
            return failed.map(|()| Vec::new());
        }
        // SAFETY: the list has `count` NUL-terminated strings, also after an error, when it has none.
        let names = unsafe {
            let names = (0..count).map(|at| std::ffi::CStr::from_ptr(*list.add(at)).to_bytes().to_vec()).collect();
            ffi::rocksdb_list_column_families_destroy(list, count);
            names
        };
        failed.map(|()| names)
    }

    /// The directory it lives in.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Enters to read.
    pub fn read(&self) -> Result<Call<'_>> {
        self.gate.read()
    }

    /// Enters to write; `ConcurrentWrite` if another writer is inside.
    pub fn write(&self) -> Result<Call<'_>> {
        self.gate.write()
    }

    /// The database, which `call` proves open.
    pub(super) fn raw(&self, call: &Call<'_>) -> *mut ffi::rocksdb_t {
        assert!(self.gate.admitted(call), "a call of another database");
        self.raw
    }

    pub(super) fn write_options(&self) -> *const ffi::rocksdb_writeoptions_t {
        self.write_options
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over a native object; `release` with the answer frees it.
    pub(super) fn own(&self, resource: Resource) -> u64 {
        let mut registry = self.registry();
        let id = registry.next;
        registry.next += 1;
        registry.resources.insert(id, resource);
        id
    }

    /// Frees a native object, unless the close did so already.
    pub(super) fn release(&self, id: u64) {
        if self.is_parents() {
            return;
        }
        let mut registry = self.registry();
        if let Some(resource) = registry.resources.remove(&id) {
            // SAFETY: the registry held it, so the database is still open (close empties the registry first), and nobody frees it again.
            unsafe { self.free(resource) };
        }
    }

    /// # Safety
    /// The database is open, and `resource` is not used again.
    unsafe fn free(&self, resource: Resource) {
        // SAFETY: by this function's own contract.
        unsafe {
            match resource {
                Resource::Family(handle) => ffi::rocksdb_column_family_handle_destroy(handle),
                Resource::Iterator(native) => native.free(),
                Resource::Pin(snapshot, read_options) => {
                    ffi::rocksdb_readoptions_destroy(read_options);
                    ffi::rocksdb_release_snapshot(self.raw, snapshot);
                }
            }
        }
    }

    /// Makes a family; RocksDB refuses a name that is there.
    pub fn create_family(self: &Arc<Self>, call: &Call<'_>, name: &[u8], options: FamilyOptions) -> Result<Family> {
        let c_name = c_string(name, "a column family's RocksDB name")?;
        let mut error = ptr::null_mut();
        // SAFETY: the call proves the database open; RocksDB copies name and options.
        let handle =
            unsafe { ffi::rocksdb_create_column_family(self.raw(call), options.raw(), c_name.as_ptr(), &mut error) };
        check(error, &format!("create column family {:?}", String::from_utf8_lossy(name)))?;
        Ok(Family::adopt(self, handle, name.to_vec(), options))
    }

    /// Drops a family's rows and name; the handle stays valid for readers until it is freed.
    pub fn drop_family(&self, call: &Call<'_>, family: &Family) -> Result<()> {
        let mut error = ptr::null_mut();
        // SAFETY: the call proves database and handle alive.
        unsafe { ffi::rocksdb_drop_column_family(self.raw(call), family.raw(call), &mut error) };
        check(error, "drop a column family")
    }

    /// Lets RocksDB compact `families` by itself, which were opened with `disable_auto_compactions`.
    pub fn enable_compactions(&self, call: &Call<'_>, families: &[&Family]) -> Result<()> {
        let handles: Vec<_> = families.iter().map(|family| family.raw(call)).collect();
        let mut error = ptr::null_mut();
        // SAFETY: the call proves database and handles alive; the array has the length given.
        unsafe { gabion_shim_enable_compactions(self.raw(call), handles.as_ptr(), handles.len(), &mut error) };
        check(error, "let column families compact")
    }

    /// How many background flushes and compactions have failed so far; RocksDB counts them on its default family.
    pub fn background_errors(&self, call: &Call<'_>) -> u64 {
        let mut count = 0;
        // SAFETY: the call proves the database open; an unknown property leaves the count.
        unsafe { ffi::rocksdb_property_int(self.raw(call), c"rocksdb.background-errors".as_ptr(), &mut count) };
        count
    }

    /// RocksDB's statistics as it prints them; empty unless they are on.
    pub fn statistics_text(&self) -> String {
        self.options.statistics_text()
    }

    /// Makes RocksDB's flushes and compactions stop soon, without waiting; stalled writes return with an error.
    fn cancel_background_work(&self) {
        // SAFETY: only `close` calls this, before it closes `raw`.
        unsafe { ffi::rocksdb_cancel_all_background_work(self.raw, 0) };
    }

    /// Refuses new calls from now on; whether this was the first time.
    pub fn refuse(&self) -> bool {
        self.gate.refuse()
    }

    /// Whether another process opened it, of which this one is a forked child: then it is that one's to close.
    pub fn is_parents(&self) -> bool {
        self.forks != exit::forks()
    }

    /// Refuses new calls, stops background work, waits for running calls, frees everything. May race with anything; the second caller waits for the first.
    pub fn close(&self) {
        self.close_until(None);
    }

    /// The same, but gives up (and frees nothing) when calls are still running at `deadline`.
    pub(super) fn close_by(&self, deadline: Instant) {
        self.close_until(Some(deadline));
    }

    fn close_until(&self, deadline: Option<Instant>) {
        self.gate.refuse();
        if self.is_parents() {
            return;
        }
        {
            let registry = self.registry();
            if !registry.open {
                return;
            }
            self.cancel_background_work();
        }
        if !self.gate.drain(deadline) {
            return;
        }
        let mut registry = self.registry();
        if !registry.open {
            return;
        }
        registry.open = false;
        let mut resources = std::mem::take(&mut registry.resources);
        // Iterators and pins first: families must outlive them, and the database all.
        let families =
            resources.extract_if(.., |_, resource| matches!(resource, Resource::Family(_))).collect::<Vec<_>>();
        for (_, resource) in resources.into_iter().chain(families) {
            // SAFETY: nobody is inside and nobody can enter; the registry gave this object up.
            unsafe { self.free(resource) };
        }
        // SAFETY: everything made from it is freed, and `open` keeps this from happening twice.
        unsafe { ffi::rocksdb_close(self.raw) };
    }
}

impl Drop for Db {
    fn drop(&mut self) {
        self.close();
        // SAFETY: owned, and used by nobody once the database is closed.
        unsafe {
            ffi::rocksdb_writeoptions_destroy(self.write_options);
            ffi::rocksdb_readoptions_destroy(self.read_options);
        }
    }
}

fn new_write_options() -> *mut ffi::rocksdb_writeoptions_t {
    // SAFETY: no preconditions. The write-ahead log is off, always: what lasts is a snapshot.
    unsafe {
        let options = ffi::rocksdb_writeoptions_create();
        ffi::rocksdb_writeoptions_disable_WAL(options, 1);
        options
    }
}

/// Read options for gets and scans; total order, so that a scan of a hash memtable loses no row.
pub(super) fn new_read_options() -> *mut ffi::rocksdb_readoptions_t {
    // SAFETY: no preconditions.
    unsafe {
        let options = ffi::rocksdb_readoptions_create();
        ffi::rocksdb_readoptions_set_total_order_seek(options, 1);
        options
    }
}
