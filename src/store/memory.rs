//! `memory://name`: a store in this process's memory, for tests. It lives as long as the process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use object_store::memory::InMemory;
use once_cell::sync::Lazy;

use super::objects::Objects;
use super::remote::{Backing, Remote};

static STORES: Lazy<Mutex<HashMap<String, InMemory>>> = Lazy::new(Mutex::default);

/// The store of that name, made at its first use; everybody in the process who says the same name shares it.
pub(super) fn open(url: &str, name: &str) -> Objects {
    // A clone of an `InMemory` is the same store.
    let mut stores = STORES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let store = Arc::new(stores.entry(name.to_owned()).or_default().clone());
    let backing = Backing { objects: store.clone(), parts: Some(store), pages: None, has_uploads: true, server: None };
    Objects::new(Remote::here(url, backing))
}
