//! Stores on real servers: the contract that every one keeps, and what they do when something goes wrong.

mod contract;
mod faults;
#[path = "../servers/mod.rs"]
mod servers;
mod stores;
