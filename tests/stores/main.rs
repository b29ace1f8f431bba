//! Stores on real servers: the contract that every one keeps, and what they do when something goes wrong.

#[path = "../common/mod.rs"]
mod common;
mod contract;
mod engine;
mod faults;
mod killed;
mod limits;
#[path = "../servers/mod.rs"]
mod servers;
mod stores;
