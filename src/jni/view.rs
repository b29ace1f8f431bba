//! `View.java`.

use jni::objects::JClass;
use jni::sys::{jint, jlong};
use jni::{Env, EnvUnowned, NativeMethod};

use super::handle;
use super::policy::Throw;
use super::raw::{self, ABSENT};
use crate::column_family::ColumnFamily;
use crate::error::Result;
use crate::view::View;

pub(super) const METHODS: &[NativeMethod<'static>] = &[
    native_raw! { view_get(view: jlong, family: jlong, exchange: jlong, key: jlong, key_length: jint, into: jlong, room: jint) -> jlong },
    native! { view_free(view: jlong) },
];

/// The value's length, or absent. The value is written if it fits.
#[expect(clippy::too_many_arguments, reason = "each is a number in a register; the signature is Native.java's")]
fn view_get<'local>(
    _: EnvUnowned<'local>,
    _: JClass<'local>,
    view: jlong,
    family: jlong,
    exchange: jlong,
    key: jlong,
    key_length: jint,
    into: jlong,
    room: jint,
) -> jlong {
    // SAFETY: the exchange is the calling thread's; Java pins view and family, and lends key and room for this call.
    unsafe {
        raw::call(exchange, || {
            let (view, family) = (handle::borrow::<View>(view), handle::borrow::<ColumnFamily>(family));
            let Some(value) = view.get(family, raw::lent(key, key_length))? else { return Ok(ABSENT) };
            if let Some(room) = raw::room(into, room).get_mut(..value.len()) {
                room.copy_from_slice(&value);
            }
            Ok(value.len() as jlong)
        })
    }
}

fn view_free<'local>(_: &mut Env<'local>, _: JClass<'local>, view: jlong) -> Result<()> {
    // SAFETY: Java frees the view once, when no call uses it.
    drop(unsafe { handle::take::<View>(view) });
    Ok(())
}
