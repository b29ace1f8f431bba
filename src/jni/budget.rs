//! `Budget.java`.

use jni::objects::{JByteArray, JClass};
use jni::sys::jlong;
use jni::{Env, NativeMethod};

use super::handle;
use super::pack::Writer;
use super::policy::Throw;
use crate::budget::Budget;
use crate::error::{Error, Result};

pub(super) const METHODS: &[NativeMethod<'static>] = &[
    native! { budget_open(bytes: jlong) -> jlong },
    native! { budget_used(budget: jlong) -> jbyte[] },
    native! { budget_free(budget: jlong) },
];

fn budget_open<'local>(_: &mut Env<'local>, _: JClass<'local>, bytes: jlong) -> Result<jlong> {
    let bytes =
        u64::try_from(bytes).map_err(|_| Error::invalid(format!("a budget of {bytes} bytes; it can't be negative")))?;
    Ok(handle::give(Budget::new(bytes)?))
}

fn budget_used<'local>(env: &mut Env<'local>, _: JClass<'local>, budget: jlong) -> Result<JByteArray<'local>> {
    // SAFETY: Java pins the budget.
    let used = unsafe { handle::borrow::<Budget>(budget) }.used();
    let mut parts = Writer::default();
    parts.count(used.len())?;
    for (name, bytes) in used {
        parts.bytes(name.as_bytes())?;
        parts.number(bytes);
    }
    parts.into_array(env)
}

fn budget_free<'local>(_: &mut Env<'local>, _: JClass<'local>, budget: jlong) -> Result<()> {
    // SAFETY: Java frees the budget once, when no call uses it.
    drop(unsafe { handle::take::<Budget>(budget) });
    Ok(())
}
