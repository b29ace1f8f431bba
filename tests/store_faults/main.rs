//! The stores that speak HTTP, behind a proxy that does what networks and stores do on bad days: whatever happens, a snapshot
//! or a restore completes, or it fails in bounded time with an error that helps; and nothing stays.
//!
//! `GABION_SEED` repeats a run, `GABION_SOAK=1` makes it long. docs/reliability.md has the numbers.

mod cancel;
#[path = "../common/mod.rs"]
mod common;
mod data;
mod each_request;
mod errors;
mod place;
mod proxy_itself;
mod random_faults;
#[path = "../servers/mod.rs"]
mod servers;
mod stress;
mod writers;
