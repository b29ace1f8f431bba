//! `Scan.java`.

use jni::objects::JClass;
use jni::sys::{jint, jlong};
use jni::{Env, EnvUnowned, NativeMethod};

use super::policy::Throw;
use super::{handle, raw};
use crate::error::Result;
use crate::scan::Scan;

pub(super) const METHODS: &[NativeMethod<'static>] = &[
    native_raw! { scan_fill(scan: jlong, exchange: jlong, block: jlong, room: jint) -> jlong },
    native! { scan_free(scan: jlong) },
];

/// What stands in front of the block: bytes written, whether the scan is done, bytes that the next row needs, unused.
const ANSWER: usize = 4;

/// The number of rows written to the block.
fn scan_fill<'local>(
    _: EnvUnowned<'local>,
    _: JClass<'local>,
    scan: jlong,
    exchange: jlong,
    block: jlong,
    room: jint,
) -> jlong {
    // SAFETY: the exchange is the calling thread's, the block and its answer lie in it; Java pins the scan for this call
    // alone.
    unsafe {
        raw::call(exchange, || {
            let filled = handle::borrow_alone::<Scan>(scan).fill(raw::room(block, room))?;
            // Bytes written fit in `room`. A row that needs 4 GiB fits in no buffer; Java refuses 2 GiB already.
            let word = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
            let answer = [word(filled.bytes), u32::from(filled.done), word(filled.needed), 0];
            (block as *mut [u32; ANSWER]).sub(1).write_unaligned(answer);
            Ok(filled.rows as jlong)
        })
    }
}

fn scan_free<'local>(_: &mut Env<'local>, _: JClass<'local>, scan: jlong) -> Result<()> {
    // SAFETY: Java frees the scan once, when no call uses it.
    drop(unsafe { handle::take::<Scan>(scan) });
    Ok(())
}
