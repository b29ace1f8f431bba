//! `Backend.java`.

use jni::objects::{JByteArray, JClass};
use jni::sys::jlong;
use jni::{Env, EnvUnowned, NativeMethod};

use super::pack::{self, Reader, Writer};
use super::policy::Throw;
use super::snapshot::{read_request, write_infos};
use super::{handle, raw};
use crate::backend::Backend;
use crate::batch::Batch;
use crate::budget::Budget;
use crate::column_family::ColumnFamily;
use crate::error::{Error, Result};
use crate::restore::{KeyRange, Source};
use crate::snapshot::SnapshotInfo;

pub(super) const METHODS: &[NativeMethod<'static>] = &[
    native! { backend_open(options: jbyte[], budget: jlong) -> jlong },
    native! { backend_restore(request: jbyte[], budget: jlong) -> jbyte[] },
    native! { backend_create_column_family(backend: jlong, name: jbyte[], descriptor: jbyte[], options: jbyte[]) -> jlong },
    native! { backend_register_column_family(backend: jlong, name: jbyte[], descriptor: jbyte[], options: jbyte[]) -> jlong },
    native! { backend_column_family(backend: jlong, name: jbyte[]) -> jlong },
    native! { backend_column_families(backend: jlong) -> jbyte[] },
    native! { backend_drop_column_family(backend: jlong, family: jlong) },
    native_raw! { backend_write(backend: jlong, exchange: jlong, batch: jlong) -> jlong },
    native! { backend_view(backend: jlong) -> jlong },
    native! { backend_start_snapshot(backend: jlong, request: jbyte[]) -> jlong },
    native! { backend_metrics(backend: jlong) -> jbyte[] },
    native! { backend_effective_options(backend: jlong) -> jbyte[] },
    native! { backend_directory(backend: jlong) -> jbyte[] },
    native! { backend_close(backend: jlong) },
    native! { backend_free(backend: jlong) },
];

/// The backend behind `handle`. Every method but the last takes it pinned.
fn backend<'call>(handle: jlong) -> &'call Backend {
    // SAFETY: Java pins the backend around each call of this file, and passes a backend's handle.
    unsafe { handle::borrow(handle) }
}

/// The budget behind `handle`, unless that is 0.
fn budget<'call>(handle: jlong) -> Option<&'call Budget> {
    // SAFETY: Java pins the budget, or passes 0.
    unsafe { handle::borrow_optional(handle) }
}

fn backend_open<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    options: JByteArray<'local>,
    budget: jlong,
) -> Result<jlong> {
    let options = pack::options(&pack::bytes(env, &options)?)?;
    Ok(handle::give(Backend::open(&options, self::budget(budget))?))
}

/// Answers the backend's handle and the snapshots it was restored from.
fn backend_restore<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    request: JByteArray<'local>,
    budget: jlong,
) -> Result<JByteArray<'local>> {
    let request = pack::bytes(env, &request)?;
    let mut reader = Reader(&request);
    let options = pack::options(reader.bytes()?)?;
    let range = read_range(&mut reader)?;
    let sources = (0..reader.int()?).map(|_| read_source(&mut reader)).collect::<Result<Vec<_>>>()?;
    let (backend, infos) = Backend::restore(&options, self::budget(budget), &sources, &range)?;
    restored(env, backend, &infos)
}

/// As `KeyRange.java` packs it.
pub(super) fn read_range(reader: &mut Reader<'_>) -> Result<KeyRange> {
    Ok(KeyRange { from: reader.bytes()?.to_vec(), to: reader.optional()?.map(<[u8]>::to_vec) })
}

/// A handle of the backend, and what it was restored from.
pub(super) fn restored<'local>(
    env: &mut Env<'local>,
    backend: Backend,
    infos: &[SnapshotInfo],
) -> Result<JByteArray<'local>> {
    let handle = handle::give(backend);
    let mut answer = Writer::default();
    answer.long(handle);
    write_infos(&mut answer, infos).and_then(|()| answer.into_array(env)).inspect_err(|_| {
        // SAFETY: the handle was made above, and Java has not seen it.
        drop(unsafe { handle::take::<Backend>(handle) });
    })
}

fn read_source(reader: &mut Reader<'_>) -> Result<Source> {
    let (kind, place, number) = (reader.int()?, reader.bytes()?, reader.long()?);
    match kind {
        0 => {
            let wrong = || Error::invalid(format!("snapshot {number} was asked for; numbers start at 1"));
            Ok(Source::Number {
                url: pack::text(place)?.to_owned(),
                number: u64::try_from(number).map_err(|_| wrong())?,
            })
        }
        1 => Ok(Source::Latest { url: pack::text(place)?.to_owned() }),
        _ => Ok(Source::Capture { path: pack::path(place) }),
    }
}

fn backend_create_column_family<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    backend: jlong,
    name: JByteArray<'local>,
    descriptor: JByteArray<'local>,
    options: JByteArray<'local>,
) -> Result<jlong> {
    let (name, descriptor) = (pack::bytes(env, &name)?, pack::bytes(env, &descriptor)?);
    let options = pack::options(&pack::bytes(env, &options)?)?;
    Ok(handle::give(self::backend(backend).create_column_family(&name, &descriptor, &options)?))
}

fn backend_register_column_family<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    backend: jlong,
    name: JByteArray<'local>,
    descriptor: JByteArray<'local>,
    options: JByteArray<'local>,
) -> Result<jlong> {
    let (name, descriptor) = (pack::bytes(env, &name)?, pack::bytes(env, &descriptor)?);
    let options = pack::options(&pack::bytes(env, &options)?)?;
    Ok(handle::give(self::backend(backend).register_column_family(&name, &descriptor, &options)?))
}

/// 0 if there is none.
fn backend_column_family<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    backend: jlong,
    name: JByteArray<'local>,
) -> Result<jlong> {
    let name = pack::bytes(env, &name)?;
    Ok(self::backend(backend).column_family(&name)?.map_or(0, handle::give))
}

fn backend_column_families<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    backend: jlong,
) -> Result<JByteArray<'local>> {
    let handles: Vec<jlong> = self::backend(backend).column_families()?.into_iter().map(handle::give).collect();
    let mut answer = Writer::default();
    let counted = answer.count(handles.len());
    handles.iter().for_each(|&handle| answer.long(handle));
    counted.and_then(|()| answer.into_array(env)).inspect_err(|_| {
        for &handle in &handles {
            // SAFETY: the handle was made above, and Java has not seen it.
            drop(unsafe { handle::take::<ColumnFamily>(handle) });
        }
    })
}

fn backend_drop_column_family<'local>(
    _: &mut Env<'local>,
    _: JClass<'local>,
    backend: jlong,
    family: jlong,
) -> Result<()> {
    // SAFETY: Java pins the family.
    self::backend(backend).drop_column_family(unsafe { handle::borrow(family) })
}

fn backend_write<'local>(
    _: EnvUnowned<'local>,
    _: JClass<'local>,
    backend: jlong,
    exchange: jlong,
    batch: jlong,
) -> jlong {
    // SAFETY: the exchange is the calling thread's; Java pins the batch for this call alone.
    unsafe {
        raw::call(exchange, || {
            self::backend(backend).write(handle::borrow::<Batch>(batch))?;
            Ok(0)
        })
    }
}

fn backend_view<'local>(_: &mut Env<'local>, _: JClass<'local>, backend: jlong) -> Result<jlong> {
    Ok(handle::give(self::backend(backend).view()?))
}

fn backend_start_snapshot<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    backend: jlong,
    request: JByteArray<'local>,
) -> Result<jlong> {
    let request = read_request(&pack::bytes(env, &request)?)?;
    Ok(handle::give(self::backend(backend).start_snapshot(&request)?))
}

fn backend_metrics<'local>(env: &mut Env<'local>, _: JClass<'local>, backend: jlong) -> Result<JByteArray<'local>> {
    let metrics = self::backend(backend).metrics()?;
    let mut answer = Writer::default();
    answer.count(metrics.len())?;
    for metric in metrics {
        answer.bytes(metric.name.as_bytes())?;
        answer.number(metric.value);
    }
    answer.into_array(env)
}

fn backend_effective_options<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    backend: jlong,
) -> Result<JByteArray<'local>> {
    pack::array(env, self::backend(backend).effective_options()?.as_bytes())
}

fn backend_directory<'local>(env: &mut Env<'local>, _: JClass<'local>, backend: jlong) -> Result<JByteArray<'local>> {
    pack::array(env, self::backend(backend).directory().as_os_str().as_encoded_bytes())
}

fn backend_close<'local>(_: &mut Env<'local>, _: JClass<'local>, backend: jlong) -> Result<()> {
    self::backend(backend).close()
}

fn backend_free<'local>(_: &mut Env<'local>, _: JClass<'local>, backend: jlong) -> Result<()> {
    // SAFETY: Java frees the backend once, when no call uses it.
    drop(unsafe { handle::take::<Backend>(backend) });
    Ok(())
}
