//! `Batch.java`.

use jni::objects::JClass;
use jni::sys::{jint, jlong};
use jni::{Env, EnvUnowned, NativeMethod};

use super::policy::Throw;
use super::{handle, raw};
use crate::batch::Batch;
use crate::column_family::ColumnFamily;
use crate::error::{Error, Result};

pub(super) const METHODS: &[NativeMethod<'static>] = &[
    native! { batch_new() -> jlong },
    native_raw! { batch_add(batch: jlong, family: jlong, exchange: jlong, write: jint, first: jlong, first_length: jint, second: jlong, second_length: jint) -> jlong },
    native! { batch_clear(batch: jlong) },
    native! { batch_count(batch: jlong) -> jlong },
    native! { batch_free(batch: jlong) },
];

/// The batch behind `handle`. Every method but the last takes it pinned for itself.
fn batch<'call>(handle: jlong) -> &'call mut Batch {
    // SAFETY: Java pins the batch for one call at a time, and passes a batch's handle.
    unsafe { handle::borrow_alone(handle) }
}

fn batch_new<'local>(_: &mut Env<'local>, _: JClass<'local>) -> Result<jlong> {
    Ok(handle::give(Batch::new()))
}

/// Adds one write; `Batch.java` numbers the kinds.
#[expect(clippy::too_many_arguments, reason = "each is a number in a register; the signature is Native.java's")]
fn batch_add<'local>(
    _: EnvUnowned<'local>,
    _: JClass<'local>,
    batch: jlong,
    family: jlong,
    exchange: jlong,
    write: jint,
    first: jlong,
    first_length: jint,
    second: jlong,
    second_length: jint,
) -> jlong {
    // SAFETY: the exchange is the calling thread's; Java pins the family and lends both arguments for this call.
    unsafe {
        raw::call(exchange, || {
            let (batch, family) = (self::batch(batch), handle::borrow::<ColumnFamily>(family));
            let (first, second) = (raw::lent(first, first_length), raw::lent(second, second_length));
            match write {
                0 => batch.put(family, first, second),
                1 => batch.merge(family, first, second),
                2 => batch.delete(family, first),
                3 => batch.delete_range(family, first, second),
                _ => Err(Error::invalid(format!("there is no write of kind {write}"))),
            }?;
            Ok(0)
        })
    }
}

fn batch_clear<'local>(_: &mut Env<'local>, _: JClass<'local>, batch: jlong) -> Result<()> {
    self::batch(batch).clear();
    Ok(())
}

fn batch_count<'local>(_: &mut Env<'local>, _: JClass<'local>, batch: jlong) -> Result<jlong> {
    Ok(self::batch(batch).count() as jlong)
}

fn batch_free<'local>(_: &mut Env<'local>, _: JClass<'local>, batch: jlong) -> Result<()> {
    // SAFETY: Java frees the batch once, when no call uses it.
    drop(unsafe { handle::take::<Batch>(batch) });
    Ok(())
}
