//! `gabion_backend`: an open state backend.

use std::mem::MaybeUninit;

use super::batch::gabion_batch;
use super::boundary::{answer, call, out, release};
use super::budget::gabion_budget;
use super::buffer::gabion_buffer;
use super::bytes::gabion_bytes;
use super::column_family::{gabion_column_family, gabion_column_family_list};
use super::error::gabion_error;
use super::handle::{self, Handle, Kind};
use super::metrics::gabion_metric_list;
use super::options::{self, gabion_options};
use super::restore::gabion_restore;
use super::snapshot_info::gabion_snapshot_list;
use super::view::gabion_view;
use crate::backend::Backend;
use crate::column_family::ColumnFamily;
use crate::error::{Code, Result};
use crate::options::Options;

/// An open state backend: one RocksDB in a private scratch directory, which goes when the backend is closed. What lasts is a completed
/// snapshot. Any number of threads may use one at once; of writers' calls, one at a time.
///
/// Methods: gabion_backend_open, gabion_backend_restore, gabion_backend_create_column_family, gabion_backend_register_column_family,
/// gabion_backend_column_family, gabion_backend_column_families, gabion_backend_drop_column_family, gabion_backend_write,
/// gabion_backend_view, gabion_backend_start_snapshot, gabion_backend_start_capture, gabion_backend_pull_stream,
/// gabion_backend_metrics, gabion_backend_effective_options, gabion_backend_directory, gabion_backend_close, gabion_backend_free.
pub struct gabion_backend([u8; 0]);

// SAFETY: the only type of this kind.
unsafe impl Handle for gabion_backend {
    const KIND: Kind = Kind::Backend;
    type Object = Open;
}

/// A backend that closes with its handle, whatever else still refers to it.
pub(super) struct Open(pub(super) Backend);

impl Drop for Open {
    fn drop(&mut self) {
        // What could fail, like removing the directory, has nobody to tell.
        let _ = self.0.close();
    }
}

/// The backend of an argument.
pub(super) fn given(backend: Option<&gabion_backend>) -> Result<&Backend> {
    Ok(&handle::borrow(backend, "backend")?.0)
}

/// Opens an empty backend in a scratch directory of its own. `options` may be NULL: the defaults. `budget` may be NULL: memory of its own.
///
/// On success the caller owns `*out_backend`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_backend_open(
    options: Option<&gabion_options>,
    budget: Option<&gabion_budget>,
    out_backend: Option<&mut MaybeUninit<*mut gabion_backend>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_backend = out(out_backend, "out_backend")?;
        let (options, budget) = (options::given(options)?, handle::borrow_optional(budget, "budget")?);
        out_backend.write(handle::give(Open(Backend::open(&options, budget)?)));
        Ok(())
    })
}

/// Opens a backend with the contents of the snapshots that `restore` names. `*out_restored` lists them, in that order. `options` may be
/// NULL: the defaults. `budget` may be NULL: memory of its own. `out_restored` may be NULL.
///
/// On success the caller owns `*out_backend` and `*out_restored`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_backend_restore(
    options: Option<&gabion_options>,
    budget: Option<&gabion_budget>,
    restore: Option<&gabion_restore>,
    out_backend: Option<&mut MaybeUninit<*mut gabion_backend>>,
    out_restored: Option<&mut MaybeUninit<*mut gabion_snapshot_list>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_backend = out(out_backend, "out_backend")?;
        let (options, budget) = (options::given(options)?, handle::borrow_optional(budget, "budget")?);
        let plan = handle::read(restore, "restore")?.clone();
        let (backend, restored) = Backend::restore(&options, budget, &plan.sources, &plan.range)?;
        out_backend.write(handle::give(Open(backend)));
        if let Some(out_restored) = out_restored {
            out_restored.write(handle::give(restored));
        }
        Ok(())
    })
}

/// Makes the family `name`, with a `descriptor` that is the host's business. GABION_CODE_ALREADY_EXISTS if there is one of that name.
/// `options` may be NULL: the defaults. A writer's call.
///
/// On success the caller owns `*out_family`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_backend_create_column_family(
    backend: Option<&gabion_backend>,
    name: gabion_bytes<'_>,
    descriptor: gabion_bytes<'_>,
    options: Option<&gabion_options>,
    out_family: Option<&mut MaybeUninit<*mut gabion_column_family>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || new_family(backend, name, descriptor, options, out_family, Backend::create_column_family))
}

/// Looks up the family `name`, or makes it. GABION_CODE_MISMATCH if it exists with another descriptor, merge kind or memtable kind.
/// `options` may be NULL: the defaults. A writer's call.
///
/// On success the caller owns `*out_family`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_backend_register_column_family(
    backend: Option<&gabion_backend>,
    name: gabion_bytes<'_>,
    descriptor: gabion_bytes<'_>,
    options: Option<&gabion_options>,
    out_family: Option<&mut MaybeUninit<*mut gabion_column_family>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || new_family(backend, name, descriptor, options, out_family, Backend::register_column_family))
}

fn new_family(
    backend: Option<&gabion_backend>,
    name: gabion_bytes<'_>,
    descriptor: gabion_bytes<'_>,
    options: Option<&gabion_options>,
    out_family: Option<&mut MaybeUninit<*mut gabion_column_family>>,
    make: impl FnOnce(&Backend, &[u8], &[u8], &Options) -> Result<ColumnFamily>,
) -> Result<()> {
    let out_family = out(out_family, "out_family")?;
    let (backend, options) = (given(backend)?, options::given(options)?);
    let (name, descriptor) = (name.as_slice("name")?, descriptor.as_slice("descriptor")?);
    out_family.write(handle::give(make(backend, name, descriptor, &options)?));
    Ok(())
}

/// Looks up the family `name`. `*out_family` is NULL if there is none.
///
/// On success the caller owns `*out_family`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_backend_column_family(
    backend: Option<&gabion_backend>,
    name: gabion_bytes<'_>,
    out_family: Option<&mut MaybeUninit<*mut gabion_column_family>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_family = out(out_family, "out_family")?;
        let family = given(backend)?.column_family(name.as_slice("name")?)?;
        out_family.write(handle::give_optional(family));
        Ok(())
    })
}

/// Lists all families, in order of creation.
///
/// On success the caller owns `*out_families`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_backend_column_families(
    backend: Option<&gabion_backend>,
    out_families: Option<&mut MaybeUninit<*mut gabion_column_family_list>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_families = out(out_families, "out_families")?;
        out_families.write(handle::give(given(backend)?.column_families()?));
        Ok(())
    })
}

/// Drops `family` with its rows. All handles of it answer GABION_CODE_NOT_FOUND from then on, and still want to be freed. A writer's call.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_backend_drop_column_family(
    backend: Option<&gabion_backend>,
    family: Option<&gabion_column_family>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let backend = given(backend)?;
        backend.drop_column_family(handle::borrow(family, "family")?)
    })
}

/// Applies all writes of `batch`, or none. The batch stays as it is. A writer's call.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_backend_write(
    backend: Option<&gabion_backend>,
    batch: Option<&gabion_batch>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let backend = given(backend)?;
        let batch = handle::read(batch, "batch")?;
        backend.write(&batch)
    })
}

/// Pins the state that all families have now. A writer's call.
///
/// On success the caller owns `*out_view`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_backend_view(
    backend: Option<&gabion_backend>,
    out_view: Option<&mut MaybeUninit<*mut gabion_view>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_view = out(out_view, "out_view")?;
        out_view.write(handle::give(given(backend)?.view()?));
        Ok(())
    })
}

/// Reads the backend's metrics.
///
/// On success the caller owns `*out_metrics`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_backend_metrics(
    backend: Option<&gabion_backend>,
    out_metrics: Option<&mut MaybeUninit<*mut gabion_metric_list>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_metrics = out(out_metrics, "out_metrics")?;
        out_metrics.write(handle::give(given(backend)?.metrics()?));
        Ok(())
    })
}

/// Reads the options that are in effect, as the text of the OPTIONS file that RocksDB wrote.
///
/// On success the caller owns `*out_options`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_backend_effective_options(
    backend: Option<&gabion_backend>,
    out_options: Option<&mut MaybeUninit<*mut gabion_buffer>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_options = out(out_options, "out_options")?;
        out_options.write(handle::give(given(backend)?.effective_options()?.into_bytes()));
        Ok(())
    })
}

/// The path of the scratch directory. Nobody else may touch what is in it. It stays valid until `backend` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_backend_directory(backend: Option<&gabion_backend>) -> gabion_bytes<'_> {
    answer(gabion_bytes::EMPTY, || {
        let directory = given(backend)?.directory();
        Ok(gabion_bytes::lent(directory.as_os_str().as_encoded_bytes()))
    })
}

/// Closes the backend: refuses new calls, cancels its snapshots, waits for running calls, frees everything and removes the scratch directory.
/// Everything made from it answers GABION_CODE_CLOSED from then on. It may race with any call but gabion_backend_free. Closing twice is fine.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_backend_close(
    backend: Option<&gabion_backend>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || given(backend)?.close())
}

/// Closes the backend if it is open, and frees `backend`. `backend` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_backend_free(backend: Option<&mut gabion_backend>) {
    release(backend);
}
