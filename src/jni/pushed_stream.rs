//! `PushedStream.java`.

use jni::objects::{JByteArray, JClass};
use jni::sys::{jint, jlong};
use jni::{Env, EnvUnowned, NativeMethod};

use super::pack::{self, Reader};
use super::policy::Throw;
use super::{backend, handle, raw};
use crate::backend::Backend;
use crate::error::{Error, Result};
use crate::restore::PushedStream;

pub(super) const METHODS: &[NativeMethod<'static>] = &[
    native! { pushed_stream_open(request: jbyte[], budget: jlong) -> jlong },
    native_raw! { pushed_stream_write(stream: jlong, exchange: jlong, bytes: jlong, length: jint) -> jlong },
    native! { pushed_stream_finish(stream: jlong) -> jbyte[] },
    native! { pushed_stream_free(stream: jlong) },
];

/// What a handle stands for: nothing any more, once the stream is finished.
type Stream = Option<PushedStream>;

fn finished() -> Error {
    Error::invalid("the stream is finished; start a new one for another restore")
}

fn pushed_stream_open<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    request: JByteArray<'local>,
    budget: jlong,
) -> Result<jlong> {
    let request = pack::bytes(env, &request)?;
    let mut reader = Reader(&request);
    let (options, range) = (pack::options(reader.bytes()?)?, backend::read_range(&mut reader)?);
    // SAFETY: Java pins the budget, or passes 0.
    let budget = unsafe { handle::borrow_optional(budget) };
    Ok(handle::give::<Stream>(Some(Backend::push_stream(&options, budget, &range)?)))
}

fn pushed_stream_write<'local>(
    _: EnvUnowned<'local>,
    _: JClass<'local>,
    stream: jlong,
    exchange: jlong,
    bytes: jlong,
    length: jint,
) -> jlong {
    // SAFETY: the exchange is the calling thread's, and the bytes lie in it; Java pins the stream for this call alone.
    unsafe {
        raw::call(exchange, || {
            let stream = handle::borrow_alone::<Stream>(stream).as_mut().ok_or_else(finished)?;
            stream.write(raw::lent(bytes, length))?;
            Ok(0)
        })
    }
}

/// Answers the backend's handle and what it was restored from.
fn pushed_stream_finish<'local>(env: &mut Env<'local>, _: JClass<'local>, stream: jlong) -> Result<JByteArray<'local>> {
    // SAFETY: Java pins the stream for this call alone.
    let stream = unsafe { handle::borrow_alone::<Stream>(stream) }.take().ok_or_else(finished)?;
    let (backend, info) = stream.finish()?;
    backend::restored(env, backend, &[info])
}

fn pushed_stream_free<'local>(_: &mut Env<'local>, _: JClass<'local>, stream: jlong) -> Result<()> {
    // SAFETY: Java frees the stream once, when no call uses it.
    drop(unsafe { handle::take::<Stream>(stream) });
    Ok(())
}
