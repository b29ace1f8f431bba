//! Versions: what a host that loads the library at run time compares before any other call.

use super::boundary::answer;
use super::bytes::gabion_bytes;
use crate::version;

/// The version of the functions and types below. It changes with the soname, when an existing one changes. Version 0 makes no promise
/// from one release to the next.
pub const GABION_ABI_VERSION: u32 = 0;

/// The GABION_ABI_VERSION that the library was built with.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_abi_version() -> u32 {
    answer(GABION_ABI_VERSION, || Ok(GABION_ABI_VERSION))
}

/// The release of the library, as text like "1.2.3". It stays valid for ever.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_version() -> gabion_bytes<'static> {
    answer(gabion_bytes::EMPTY, || Ok(gabion_bytes::lent(version::VERSION.as_bytes())))
}

/// What tells this build of the library from others of the same release. It stays valid for ever.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_build_id() -> gabion_bytes<'static> {
    answer(gabion_bytes::EMPTY, || Ok(gabion_bytes::lent(version::BUILD_ID.as_bytes())))
}
