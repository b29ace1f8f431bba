//! `gabion_budget`: memory that backends share.

use std::mem::MaybeUninit;

use super::boundary::{call, out, release};
use super::error::gabion_error;
use super::handle::{self, Handle, Kind};
use super::metrics::gabion_metric_list;
use crate::budget::Budget;
use crate::error::Code;
use crate::metrics::Metric;

/// An amount of memory for block caches and memtables that any number of backends share. Any number of threads may use one at once.
///
/// Methods: gabion_budget_new, gabion_budget_used, gabion_budget_free.
pub struct gabion_budget([u8; 0]);

// SAFETY: the only type of this kind.
unsafe impl Handle for gabion_budget {
    const KIND: Kind = Kind::Budget;
    type Object = Budget;
}

/// Makes a budget of `bytes`, at least 1 MiB. Backends keep it alive.
///
/// On success the caller owns `*out_budget`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_budget_new(
    bytes: u64,
    out_budget: Option<&mut MaybeUninit<*mut gabion_budget>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_budget = out(out_budget, "out_budget")?;
        out_budget.write(handle::give(Budget::new(bytes)?));
        Ok(())
    })
}

/// Reads the bytes in use, by part: `block_cache`, `block_cache_pinned`, `memtables`.
///
/// On success the caller owns `*out_used`.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_budget_used(
    budget: Option<&gabion_budget>,
    out_used: Option<&mut MaybeUninit<*mut gabion_metric_list>>,
    out_error: Option<&mut MaybeUninit<*mut gabion_error>>,
) -> Code {
    call(out_error, || {
        let out_used = out(out_used, "out_used")?;
        let used = handle::borrow(budget, "budget")?.used();
        let metrics = used.into_iter().map(|(name, value)| Metric { name: name.to_owned(), value }).collect();
        out_used.write(handle::give(metrics));
        Ok(())
    })
}

/// Frees `budget`. `budget` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_budget_free(budget: Option<&mut gabion_budget>) {
    release(budget);
}
