//! `gabion_view`: the state of all families at one instant.

use std::mem::MaybeUninit;

use super::boundary::{call, out, release};
use super::buffer::gabion_buffer;
use super::bytes::gabion_bytes;
use super::column_family::gabion_column_family;
use super::error::gabion_error;
use super::handle::{self, Handle, Kind};
use crate::error::Code;
use crate::view::View;

/// The state of all families of a backend at the instant at which gabion_backend_view made it. Any number of threads may read one at once,
/// also while a writer is at work. It holds on to old rows: free it soon.
///
/// Methods: gabion_view_get, gabion_column_family_scan, gabion_view_free.
pub struct gabion_view([u8; 0]);

// SAFETY: the only type of this kind.
unsafe impl Handle for gabion_view {
    const KIND: Kind = Kind::View;
    type Object = View;
}

/// Reads the value that `key` had. `*out_value` is NULL if it had none.
///
/// On success the caller owns `*out_value`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_view_get(
    view: Option<&gabion_view>,
    family: Option<&gabion_column_family>,
    key: gabion_bytes<'_>,
    out_value: Option<&mut MaybeUninit<*mut gabion_buffer>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_value = out(out_value, "out_value")?;
        let (view, family) = (handle::borrow(view, "view")?, handle::borrow(family, "family")?);
        out_value.write(handle::give_optional(view.get(family, key.as_slice("key")?)?));
        Ok(())
    })
}

/// Frees `view`. `view` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_view_free(view: Option<&mut gabion_view>) {
    release(view);
}
