//! `PulledStream.java`.

use jni::objects::{JByteArray, JClass};
use jni::sys::{jint, jlong};
use jni::{Env, EnvUnowned, NativeMethod};

use super::policy::Throw;
use super::{handle, pack, raw};
use crate::backend::Backend;
use crate::error::Result;
use crate::snapshot::PulledStream;

pub(super) const METHODS: &[NativeMethod<'static>] = &[
    native! { pulled_stream_open(backend: jlong, id: jbyte[], metadata: jbyte[]) -> jlong },
    native_raw! { pulled_stream_read(stream: jlong, exchange: jlong, block: jlong, room: jint) -> jlong },
    native! { pulled_stream_free(stream: jlong) },
];

fn pulled_stream_open<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    backend: jlong,
    id: JByteArray<'local>,
    metadata: JByteArray<'local>,
) -> Result<jlong> {
    let (id, metadata) = (pack::bytes(env, &id)?, pack::bytes(env, &metadata)?);
    // SAFETY: Java pins the backend.
    let backend = unsafe { handle::borrow::<Backend>(backend) };
    Ok(handle::give(backend.pull_stream(&id, &metadata)?))
}

/// The number of bytes written to the block.
fn pulled_stream_read<'local>(
    _: EnvUnowned<'local>,
    _: JClass<'local>,
    stream: jlong,
    exchange: jlong,
    block: jlong,
    room: jint,
) -> jlong {
    // SAFETY: the exchange is the calling thread's, and the block lies in it; Java pins the stream for this call alone.
    unsafe {
        raw::call(exchange, || {
            let length = handle::borrow_alone::<PulledStream>(stream).read(raw::room(block, room))?;
            Ok(length as jlong)
        })
    }
}

fn pulled_stream_free<'local>(_: &mut Env<'local>, _: JClass<'local>, stream: jlong) -> Result<()> {
    // SAFETY: Java frees the stream once, when no call uses it.
    drop(unsafe { handle::take::<PulledStream>(stream) });
    Ok(())
}
