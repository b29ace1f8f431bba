//! `gabion_options`: settings as text.

use std::mem::MaybeUninit;
use std::sync::RwLock;

use super::boundary::{answer, call, no_element, out, release};
use super::buffer::gabion_buffer;
use super::bytes::gabion_bytes;
use super::error::gabion_error;
use super::handle::{self, Handle, Kind};
use crate::error::{Code, Result};
use crate::options::Options;

/// Settings by name, as text: Gabion's own and RocksDB's, for backends, column families, snapshots and restores. Calls copy what they
/// need, so that it can be changed or freed after each. One thread at a time where it is not const.
///
/// Methods: gabion_options_new, gabion_options_set, gabion_options_get, gabion_options_count, gabion_options_at, gabion_options_free.
pub struct gabion_options([u8; 0]);

// SAFETY: the only type of this kind.
unsafe impl Handle for gabion_options {
    const KIND: Kind = Kind::Options;
    type Object = RwLock<Options>;
}

/// Makes empty options: the defaults.
///
/// On success the caller owns `*out_options`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_options_new(
    out_options: Option<&mut MaybeUninit<*mut gabion_options>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        out(out_options, "out_options")?.write(handle::give(RwLock::new(Options::new())));
        Ok(())
    })
}

/// Sets the option `name` to `value`, both text; a later call replaces an earlier one. A wrong name or value is an error that quotes it.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_options_set(
    options: Option<&mut gabion_options>,
    name: gabion_bytes<'_>,
    value: gabion_bytes<'_>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let (name, value) = (name.as_str("name")?, value.as_str("value")?);
        handle::write(options, "options")?.set(name, value)
    })
}

/// Looks up what was set for `name`. `*out_value` is NULL if nothing was.
///
/// On success the caller owns `*out_value`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_options_get(
    options: Option<&gabion_options>,
    name: gabion_bytes<'_>,
    out_value: Option<&mut MaybeUninit<*mut gabion_buffer>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_value = out(out_value, "out_value")?;
        let options = handle::read(options, "options")?;
        let value = options.get(name.as_str("name")?).map(|value| value.as_bytes().to_vec());
        out_value.write(handle::give_optional(value));
        Ok(())
    })
}

/// How many options are set.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_options_count(options: Option<&gabion_options>) -> usize {
    answer(0, || Ok(handle::read(options, "options")?.iter().count()))
}

/// Reads the setting at `index`, in the order of names.
///
/// On success the caller owns `*out_name` and `*out_value`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_options_at(
    options: Option<&gabion_options>,
    index: usize,
    out_name: Option<&mut MaybeUninit<*mut gabion_buffer>>,
    out_value: Option<&mut MaybeUninit<*mut gabion_buffer>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let (out_name, out_value) = (out(out_name, "out_name")?, out(out_value, "out_value")?);
        let options = handle::read(options, "options")?;
        let (name, value) = options.iter().nth(index).ok_or_else(|| no_element(index, options.iter().count()))?;
        out_name.write(handle::give(name.as_bytes().to_vec()));
        out_value.write(handle::give(value.as_bytes().to_vec()));
        Ok(())
    })
}

/// Frees `options`. `options` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_options_free(options: Option<&mut gabion_options>) {
    release(options);
}

/// The options of an argument that may be NULL.
pub(super) fn given(options: Option<&gabion_options>) -> Result<Options> {
    Ok(handle::read_optional(options, "options")?.map(|options| options.clone()).unwrap_or_default())
}
