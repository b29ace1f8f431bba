//! Which Gabion this is.

/// The release, as in Cargo.toml.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Tells builds of one release apart: `GABION_BUILD_ID` of the build's environment, or the release if there is none.
pub const BUILD_ID: &str = match option_env!("GABION_BUILD_ID") {
    Some(id) => id,
    None => VERSION,
};
