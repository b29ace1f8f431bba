//! `ColumnFamily.java`.

use jni::objects::{JByteArray, JClass};
use jni::sys::{jboolean, jint, jlong};
use jni::{Env, EnvUnowned, NativeMethod};

use super::handle;
use super::pack::{self, Reader, Writer};
use super::policy::Throw;
use super::raw::{self, ABSENT};
use crate::column_family::ColumnFamily;
use crate::error::Result;
use crate::scan::ScanRange;

pub(super) const METHODS: &[NativeMethod<'static>] = &[
    native! { column_family_name(family: jlong) -> jbyte[] },
    native! { column_family_descriptor(family: jlong) -> jbyte[] },
    native! { column_family_set_descriptor(family: jlong, descriptor: jbyte[]) },
    native_raw! { column_family_get(family: jlong, exchange: jlong, key: jlong, key_length: jint, into: jlong, room: jint) -> jlong },
    native_raw! { column_family_contains(family: jlong, exchange: jlong, key: jlong, key_length: jint) -> jlong },
    native! { column_family_multi_get(family: jlong, keys: jbyte[]) -> jbyte[] },
    native_raw! { column_family_put(family: jlong, exchange: jlong, key: jlong, key_length: jint, value: jlong, value_length: jint) -> jlong },
    native_raw! { column_family_merge(family: jlong, exchange: jlong, key: jlong, key_length: jint, operand: jlong, operand_length: jint) -> jlong },
    native_raw! { column_family_delete(family: jlong, exchange: jlong, key: jlong, key_length: jint) -> jlong },
    native! { column_family_delete_range(family: jlong, from: jbyte[], to: jbyte[]) },
    native! { column_family_clear(family: jlong) },
    native_raw! { column_family_scan(family: jlong, view: jlong, exchange: jlong, from: jlong, from_length: jint, to: jlong, to_length: jint, backward: jboolean) -> jlong },
    native! { column_family_free(family: jlong) },
];

/// The family behind `handle`. Every method but the last takes it pinned.
fn family<'call>(handle: jlong) -> &'call ColumnFamily {
    // SAFETY: Java pins the family around each call of this file, and passes a family's handle.
    unsafe { handle::borrow(handle) }
}

fn column_family_name<'local>(env: &mut Env<'local>, _: JClass<'local>, family: jlong) -> Result<JByteArray<'local>> {
    pack::array(env, self::family(family).name())
}

fn column_family_descriptor<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    family: jlong,
) -> Result<JByteArray<'local>> {
    pack::array(env, &self::family(family).descriptor())
}

fn column_family_set_descriptor<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    family: jlong,
    descriptor: JByteArray<'local>,
) -> Result<()> {
    self::family(family).set_descriptor(&pack::bytes(env, &descriptor)?)
}

/// The value's length, or absent. The value is written if it fits.
#[expect(clippy::too_many_arguments, reason = "each is a number in a register; the signature is Native.java's")]
fn column_family_get<'local>(
    _: EnvUnowned<'local>,
    _: JClass<'local>,
    family: jlong,
    exchange: jlong,
    key: jlong,
    key_length: jint,
    into: jlong,
    room: jint,
) -> jlong {
    // SAFETY: the exchange is the calling thread's; Java lends key and room, which don't overlap, for this call.
    unsafe {
        raw::call(exchange, || {
            raw::check_apart(key, key_length, into, room)?;
            let found = self::family(family).get_into(raw::lent(key, key_length), raw::room(into, room))?;
            Ok(found.map_or(ABSENT, |length| length as jlong))
        })
    }
}

fn column_family_contains<'local>(
    _: EnvUnowned<'local>,
    _: JClass<'local>,
    family: jlong,
    exchange: jlong,
    key: jlong,
    key_length: jint,
) -> jlong {
    // SAFETY: the exchange is the calling thread's; Java lends the key for this call.
    unsafe { raw::call(exchange, || Ok(jlong::from(self::family(family).contains(raw::lent(key, key_length))?))) }
}

fn column_family_multi_get<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    family: jlong,
    keys: JByteArray<'local>,
) -> Result<JByteArray<'local>> {
    let packed = pack::bytes(env, &keys)?;
    let mut reader = Reader(&packed);
    let keys = (0..reader.int()?).map(|_| reader.bytes()).collect::<Result<Vec<_>>>()?;
    let mut answer = Writer::default();
    for value in self::family(family).multi_get(&keys)? {
        answer.optional(value.as_deref())?;
    }
    answer.into_array(env)
}

#[expect(clippy::too_many_arguments, reason = "each is a number in a register; the signature is Native.java's")]
fn column_family_put<'local>(
    _: EnvUnowned<'local>,
    _: JClass<'local>,
    family: jlong,
    exchange: jlong,
    key: jlong,
    key_length: jint,
    value: jlong,
    value_length: jint,
) -> jlong {
    // SAFETY: the exchange is the calling thread's; Java lends key and value for this call.
    unsafe {
        raw::call(exchange, || {
            self::family(family).put(raw::lent(key, key_length), raw::lent(value, value_length))?;
            Ok(0)
        })
    }
}

#[expect(clippy::too_many_arguments, reason = "each is a number in a register; the signature is Native.java's")]
fn column_family_merge<'local>(
    _: EnvUnowned<'local>,
    _: JClass<'local>,
    family: jlong,
    exchange: jlong,
    key: jlong,
    key_length: jint,
    operand: jlong,
    operand_length: jint,
) -> jlong {
    // SAFETY: the exchange is the calling thread's; Java lends key and operand for this call.
    unsafe {
        raw::call(exchange, || {
            self::family(family).merge(raw::lent(key, key_length), raw::lent(operand, operand_length))?;
            Ok(0)
        })
    }
}

fn column_family_delete<'local>(
    _: EnvUnowned<'local>,
    _: JClass<'local>,
    family: jlong,
    exchange: jlong,
    key: jlong,
    key_length: jint,
) -> jlong {
    // SAFETY: the exchange is the calling thread's; Java lends the key for this call.
    unsafe {
        raw::call(exchange, || {
            self::family(family).delete(raw::lent(key, key_length))?;
            Ok(0)
        })
    }
}

fn column_family_delete_range<'local>(
    env: &mut Env<'local>,
    _: JClass<'local>,
    family: jlong,
    from: JByteArray<'local>,
    to: JByteArray<'local>,
) -> Result<()> {
    self::family(family).delete_range(&pack::bytes(env, &from)?, &pack::bytes(env, &to)?)
}

fn column_family_clear<'local>(_: &mut Env<'local>, _: JClass<'local>, family: jlong) -> Result<()> {
    self::family(family).clear()
}

/// The scan's handle. A view of 0 is the live data; a bound with a negative length is none.
#[expect(clippy::too_many_arguments, reason = "each is a number in a register; the signature is Native.java's")]
fn column_family_scan<'local>(
    _: EnvUnowned<'local>,
    _: JClass<'local>,
    family: jlong,
    view: jlong,
    exchange: jlong,
    from: jlong,
    from_length: jint,
    to: jlong,
    to_length: jint,
    backward: jboolean,
) -> jlong {
    // SAFETY: the exchange is the calling thread's; Java lends the bounds for this call, and pins the view or passes 0.
    unsafe {
        raw::call(exchange, || {
            let range = ScanRange {
                from: raw::lent_optional(from, from_length).map(<[u8]>::to_vec),
                to: raw::lent_optional(to, to_length).map(<[u8]>::to_vec),
                backward,
            };
            Ok(handle::give(self::family(family).scan(&range, handle::borrow_optional(view))?))
        })
    }
}

fn column_family_free<'local>(_: &mut Env<'local>, _: JClass<'local>, family: jlong) -> Result<()> {
    // SAFETY: Java frees the family once, when no call uses it.
    drop(unsafe { handle::take::<ColumnFamily>(family) });
    Ok(())
}
