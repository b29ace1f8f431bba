//! `SnapshotDirectory.java`.

use std::time::Duration;

use jni::objects::{JByteArray, JClass};
use jni::sys::{jboolean, jint, jlong};
use jni::{Env, NativeMethod};

use super::handle;
use super::pack::{self, Writer};
use super::policy::Throw;
use super::snapshot::write_infos;
use crate::error::{Error, Result};
use crate::snapshot::SnapshotDirectory;

pub(super) const METHODS: &[NativeMethod<'static>] = &[
    native! { directory_open(url: jbyte[], options: jbyte[]) -> jlong },
    native! { directory_list(directory: jlong) -> jbyte[] },
    native! { directory_describe(directory: jlong, number: jlong) -> jbyte[] },
    native! { directory_verify(directory: jlong, number: jlong) -> jlong },
    native! { directory_discard(directory: jlong, number: jlong) },
    native! { directory_retain(directory: jlong, keep: jint) -> jbyte[] },
    native! { directory_sweep(directory: jlong, grace_millis: jlong, dry_run: jboolean) -> jbyte[] },
    native! { directory_size(directory: jlong) -> jlong },
    native! { directory_free(directory: jlong) },
];

/// The directory behind `handle`. Every method but the last takes it pinned.
fn directory<'call>(handle: jlong) -> &'call SnapshotDirectory {
    // SAFETY: Java pins the directory around each call of this file, and passes a directory's handle.
    unsafe { handle::borrow(handle) }
}

fn number(number: jlong) -> Result<u64> {
    u64::try_from(number).map_err(|_| Error::invalid(format!("snapshot {number} was asked for; numbers start at 1")))
}

fn directory_open<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    url: JByteArray<'local>,
    options: JByteArray<'local>,
) -> Result<jlong> {
    let url = pack::bytes(env, &url)?;
    let url = str::from_utf8(&url).map_err(|_| Error::invalid("the URL is not valid text"))?;
    let options = pack::options(&pack::bytes(env, &options)?)?;
    Ok(handle::give(SnapshotDirectory::open(url, &options)?))
}

fn directory_list<'local>(env: &mut Env<'local>, _: JClass<'local>, directory: jlong) -> Result<JByteArray<'local>> {
    let mut answer = Writer::default();
    write_infos(&mut answer, &self::directory(directory).list()?)?;
    answer.into_array(env)
}

fn directory_describe<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    directory: jlong,
    number: jlong,
) -> Result<JByteArray<'local>> {
    pack::array(env, self::directory(directory).describe(self::number(number)?)?.as_bytes())
}

fn directory_verify<'local>(_: &mut Env<'local>, _: JClass<'local>, directory: jlong, number: jlong) -> Result<jlong> {
    self::directory(directory).verify(self::number(number)?).map(pack::saturating)
}

fn directory_discard<'local>(_: &mut Env<'local>, _: JClass<'local>, directory: jlong, number: jlong) -> Result<()> {
    self::directory(directory).discard(self::number(number)?)
}

fn directory_retain<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    directory: jlong,
    keep: jint,
) -> Result<JByteArray<'local>> {
    let keep =
        usize::try_from(keep).map_err(|_| Error::invalid(format!("{keep} snapshots to keep; it must be 0 or more")))?;
    let discarded = self::directory(directory).retain(keep)?;
    let mut answer = Writer::default();
    answer.count(discarded.len())?;
    discarded.into_iter().for_each(|number| answer.number(number));
    answer.into_array(env)
}

fn directory_sweep<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    directory: jlong,
    grace_millis: jlong,
    dry_run: jboolean,
) -> Result<JByteArray<'local>> {
    let grace = Duration::from_millis(u64::try_from(grace_millis).unwrap_or(0));
    let swept = self::directory(directory).sweep(grace, dry_run)?;
    let mut answer = Writer::default();
    answer.number(swept.objects);
    answer.number(swept.bytes);
    answer.count(swept.names.len())?;
    swept.names.iter().try_for_each(|name| answer.bytes(name.as_bytes()))?;
    answer.into_array(env)
}

fn directory_size<'local>(_: &mut Env<'local>, _: JClass<'local>, directory: jlong) -> Result<jlong> {
    self::directory(directory).size().map(pack::saturating)
}

fn directory_free<'local>(_: &mut Env<'local>, _: JClass<'local>, directory: jlong) -> Result<()> {
    // SAFETY: Java frees the directory once, when no call uses it.
    drop(unsafe { handle::take::<SnapshotDirectory>(directory) });
    Ok(())
}
