//! What concerns the library as a whole.

use jni::objects::{JByteArray, JByteBuffer, JClass, JString};
use jni::sys::{jint, jlong};
use jni::{Env, EnvUnowned, NativeMethod};

use super::pack::Writer;
use super::policy::Throw;
use crate::error::Result;
use crate::{live, version};

/// The version of the native methods; equal to that in `NativeLibrary.java`.
const BOUNDARY_VERSION: jint = 1;

pub(super) const METHODS: &[NativeMethod<'static>] = &[
    native_raw! { boundary_version() -> jint },
    native! { version() -> JString },
    native! { build_id() -> JString },
    native! { live_objects() -> jbyte[] },
    native_raw! { buffer_address(direct: java.nio.ByteBuffer) -> jlong },
];

fn boundary_version<'local>(_: EnvUnowned<'local>, _: JClass<'local>) -> jint {
    BOUNDARY_VERSION
}

fn version<'local>(env: &mut Env<'local>, _: JClass<'local>) -> Result<JString<'local>> {
    Ok(env.new_string(version::VERSION)?)
}

fn build_id<'local>(env: &mut Env<'local>, _: JClass<'local>) -> Result<JString<'local>> {
    Ok(env.new_string(version::BUILD_ID)?)
}

fn live_objects<'local>(env: &mut Env<'local>, _: JClass<'local>) -> Result<JByteArray<'local>> {
    let mut counts = Writer::default();
    counts.count(live::KINDS.len())?;
    for kind in live::KINDS {
        counts.bytes(kind.name().as_bytes())?;
        counts.long(live::count(kind));
    }
    counts.into_array(env)
}

/// Where a direct buffer's memory begins. The only JNI function that a hot call needs, if the caller's bytes are in a direct
/// buffer of its own.
fn buffer_address<'local>(env: EnvUnowned<'local>, _: JClass<'local>, direct: JByteBuffer<'local>) -> jlong {
    let env = env.as_raw();
    // SAFETY: `env` is this thread's environment, and Java passes a direct buffer that is not null.
    unsafe { ((**env).v1_4.GetDirectBufferAddress)(env, direct.as_raw()) as jlong }
}
