//! `Snapshot.java`, `SnapshotRequest.java` and `SnapshotInfo.java`.

use std::time::Duration;

use jni::objects::{JByteArray, JClass};
use jni::sys::{jint, jlong};
use jni::{Env, NativeMethod};

use super::handle;
use super::pack::{self, Reader, Writer};
use super::policy::Throw;
use crate::error::Result;
use crate::snapshot::{Kind, Snapshot, SnapshotInfo, SnapshotRequest, State, Target};

pub(super) const METHODS: &[NativeMethod<'static>] = &[
    native! { snapshot_wait(snapshot: jlong, millis: jlong) -> jint },
    native! { snapshot_progress(snapshot: jlong) -> jbyte[] },
    native! { snapshot_pause_nanos(snapshot: jlong) -> jlong },
    native! { snapshot_cancel(snapshot: jlong) },
    native! { snapshot_result(snapshot: jlong) -> jbyte[] },
    native! { snapshot_free(snapshot: jlong) },
];

/// The snapshot behind `handle`. Every method but the last takes it pinned.
fn snapshot<'call>(handle: jlong) -> &'call Snapshot {
    // SAFETY: Java pins the snapshot around each call of this file, and passes a snapshot's handle.
    unsafe { handle::borrow(handle) }
}

/// The state as `SnapshotState.java` orders it.
fn snapshot_wait<'local>(_: &mut Env<'local>, _: JClass<'local>, snapshot: jlong, millis: jlong) -> Result<jint> {
    let timeout = Duration::from_millis(u64::try_from(millis).unwrap_or(0));
    Ok(match self::snapshot(snapshot).wait(Some(timeout)) {
        State::Running => 0,
        State::Completed => 1,
        State::Failed => 2,
        State::Cancelled => 3,
    })
}

fn snapshot_progress<'local>(env: &mut Env<'local>, _: JClass<'local>, snapshot: jlong) -> Result<JByteArray<'local>> {
    let progress = self::snapshot(snapshot).progress();
    let mut answer = Writer::default();
    answer.number(progress.bytes_done);
    answer.number(progress.bytes_total);
    answer.into_array(env)
}

fn snapshot_pause_nanos<'local>(_: &mut Env<'local>, _: JClass<'local>, snapshot: jlong) -> Result<jlong> {
    Ok(pack::saturating(self::snapshot(snapshot).pause_nanos()))
}

fn snapshot_cancel<'local>(_: &mut Env<'local>, _: JClass<'local>, snapshot: jlong) -> Result<()> {
    self::snapshot(snapshot).cancel();
    Ok(())
}

fn snapshot_result<'local>(env: &mut Env<'local>, _: JClass<'local>, snapshot: jlong) -> Result<JByteArray<'local>> {
    let mut answer = Writer::default();
    write_info(&mut answer, &self::snapshot(snapshot).result()?)?;
    answer.into_array(env)
}

fn snapshot_free<'local>(_: &mut Env<'local>, _: JClass<'local>, snapshot: jlong) -> Result<()> {
    // SAFETY: Java frees the snapshot once, when no call uses it.
    drop(unsafe { handle::take::<Snapshot>(snapshot) });
    Ok(())
}

/// What `SnapshotRequest.java` packed.
pub(super) fn read_request(packed: &[u8]) -> Result<SnapshotRequest> {
    let mut reader = Reader(packed);
    let kind = if reader.int()? == 0 { Kind::Native } else { Kind::Portable };
    let capture = reader.int()? != 0;
    let place = reader.bytes()?;
    let target =
        if capture { Target::Capture(pack::path(place)) } else { Target::Directory(pack::text(place)?.to_owned()) };
    let (id, metadata) = (reader.bytes()?.to_vec(), reader.bytes()?.to_vec());
    Ok(SnapshotRequest { kind, target, id, metadata, options: pack::options(reader.bytes()?)? })
}

/// As `SnapshotInfo.java` unpacks it.
pub(super) fn write_info(writer: &mut Writer, info: &SnapshotInfo) -> Result<()> {
    writer.number(info.number);
    writer.int(match info.kind {
        Kind::Native => 0,
        Kind::Portable => 1,
    });
    writer.bytes(&info.id)?;
    writer.bytes(&info.metadata)?;
    for number in
        [info.created_ms, info.families, info.files, info.bytes, info.bytes_written, info.fallbacks, info.pause_nanos]
    {
        writer.number(number);
    }
    Ok(())
}

pub(super) fn write_infos(writer: &mut Writer, infos: &[SnapshotInfo]) -> Result<()> {
    writer.count(infos.len())?;
    infos.iter().try_for_each(|info| write_info(writer, info))
}
