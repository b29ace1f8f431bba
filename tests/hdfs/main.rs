//! Snapshots in an HDFS whose nodes stop, hang, forbid and change roles, and in whose way processes die. What every store must
//! do is tried on HDFS too in tests/stores and tests/snapshot_directory.

mod clusters;
#[path = "../common/mod.rs"]
mod common;
mod configuration;
mod data_nodes;
mod kerberos;
mod killed;
mod name_nodes;
#[path = "../snapshot_directory/place.rs"]
#[allow(dead_code, reason = "the other test binary uses the rest")]
mod place;
mod refusals;
mod restores;
#[path = "../servers/mod.rs"]
mod servers;
