//! `gabion_metric_list`: figures by name.

use super::boundary::{answer, release};
use super::bytes::gabion_bytes;
use super::handle::{self, Handle, Kind};
use crate::metrics::Metric;

/// Figures by name, as they were when asked for. Any number of threads may read one at once.
///
/// Methods: gabion_metric_list_count, gabion_metric_list_name, gabion_metric_list_value, gabion_metric_list_free.
pub struct gabion_metric_list([u8; 0]);

// SAFETY: the only type of this kind.
unsafe impl Handle for gabion_metric_list {
    const KIND: Kind = Kind::MetricList;
    type Object = Vec<Metric>;
}

/// How many figures `metrics` has.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_metric_list_count(metrics: Option<&gabion_metric_list>) -> usize {
    answer(0, || Ok(handle::borrow(metrics, "metrics")?.len()))
}

/// The name of the figure at `index`; empty if there is none. It stays valid until `metrics` is freed.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_metric_list_name(metrics: Option<&gabion_metric_list>, index: usize) -> gabion_bytes<'_> {
    answer(gabion_bytes::EMPTY, || {
        let metric = handle::borrow(metrics, "metrics")?.get(index);
        Ok(metric.map_or(gabion_bytes::EMPTY, |metric| gabion_bytes::lent(metric.name.as_bytes())))
    })
}

/// The value of the figure at `index`; 0 if there is none.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_metric_list_value(metrics: Option<&gabion_metric_list>, index: usize) -> u64 {
    answer(0, || Ok(handle::borrow(metrics, "metrics")?.get(index).map_or(0, |metric| metric.value)))
}

/// Frees `metrics`. `metrics` may be NULL.
#[unsafe(no_mangle)]
pub extern "C" fn gabion_metric_list_free(metrics: Option<&mut gabion_metric_list>) {
    release(metrics);
}
