//! Gabion: native keyed state for stream engines, over RocksDB.
//!
//! The floors, from below: `error`, `rocks` (the only room that touches RocksDB), the engine (every other module here),
//! `abi` and `jni` (siblings, without logic of their own). An import may only go down; see ARCHITECTURE.md.

#![deny(unsafe_op_in_unsafe_fn)]
// In the library a surprise is an error, never a panic; tests may panic.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::cast_possible_truncation))]

#[cfg(all(feature = "failpoints", not(debug_assertions)))]
compile_error!("the feature `failpoints` is for tests; a release build has none");

mod abi;
pub mod backend;
pub mod batch;
pub mod budget;
pub mod column_family;
mod data;
pub mod error;
mod jni;
pub mod kinds;
pub mod live;
pub mod metrics;
pub mod options;
mod parallel;
pub mod restore;
mod rocks;
pub mod scan;
mod scratch;
pub mod snapshot;
pub mod store;
pub mod version;
pub mod view;

pub use backend::Backend;
pub use batch::Batch;
pub use budget::Budget;
pub use column_family::ColumnFamily;
pub use error::{Code, Error, Result};
pub use options::Options;
pub use scan::Scan;
pub use view::View;
