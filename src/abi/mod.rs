//! The C ABI: borrow the handle, convert, call the engine, convert back. `docs/abi.md` has its rules; cbindgen turns this
//! floor into `include/gabion.h`, so the comments on exported items are written for C programmers.

#![allow(non_camel_case_types, reason = "types bear the names that they have in C")]
#![allow(clippy::missing_safety_doc, reason = "the comments are the C header's, whose rules are in docs/abi.md")]

mod boundary;
mod handle;

mod backend;
mod batch;
mod budget;
mod buffer;
mod bytes;
mod column_family;
mod error;
mod live;
mod metrics;
mod options;
mod pulled_stream;
mod pushed_stream;
mod restore;
mod scan;
mod snapshot;
mod snapshot_directory;
mod snapshot_info;
mod version;
mod view;
