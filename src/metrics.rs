//! Metrics as name/value pairs: RocksDB's per family and in all, and Gabion's own.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::backend::Inner;
use crate::error::Result;
use crate::live;
use crate::store;

/// One figure: its name, and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// `column_family.<name in percent form>.<property>`, `rocksdb.<ticker>`, `memory.<part>`, `snapshots.<what>`, `store.<what>`, `live.<kind>`.
    pub name: String,
    /// A count or an amount; docs/options.md says of what.
    pub value: u64,
}

/// RocksDB's integer properties that are told per family; `rocksdb.` goes before them in RocksDB.
pub const FAMILY_PROPERTIES: &[&str] = &[
    "actual-delayed-write-rate",
    "compaction-pending",
    "cur-size-active-mem-table",
    "cur-size-all-mem-tables",
    "estimate-live-data-size",
    "estimate-num-keys",
    "estimate-pending-compaction-bytes",
    "estimate-table-readers-mem",
    "is-write-stopped",
    "live-sst-files-size",
    "mem-table-flush-pending",
    "num-deletes-active-mem-table",
    "num-entries-active-mem-table",
    "num-immutable-mem-table",
    "num-live-versions",
    "num-running-compactions",
    "num-running-flushes",
    "num-snapshots",
    "size-all-mem-tables",
    "total-sst-files-size",
];

/// Upper ends of the buckets of the barrier's pause, in microseconds; one more bucket takes the rest.
const PAUSE_BUCKETS: [u64; 9] = [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 50_000, 250_000];

/// What Gabion counts for one backend.
#[derive(Debug, Default)]
pub struct Counters {
    pub(crate) snapshots_started: AtomicU64,
    pub(crate) snapshots_completed: AtomicU64,
    pub(crate) snapshots_failed: AtomicU64,
    pub(crate) snapshots_cancelled: AtomicU64,
    /// Families that were written as rows.
    pub(crate) fallbacks: AtomicU64,
    /// Bytes that a parent had already.
    pub(crate) bytes_reused: AtomicU64,
    /// Bytes that were put into the store, also by jobs that failed later.
    pub(crate) bytes_uploaded: AtomicU64,
    /// Bytes that snapshot jobs wrote to the local disk (rows and streams).
    pub(crate) bytes_written: AtomicU64,
    pause: [AtomicU64; PAUSE_BUCKETS.len() + 1],
    pause_nanos: AtomicU64,
}

/// Adds to a counter.
pub(crate) fn add(counter: &AtomicU64, amount: u64) {
    counter.fetch_add(amount, Ordering::Relaxed);
}

impl Counters {
    pub(crate) fn record_pause(&self, pause: Duration) {
        let micros = pause.as_micros();
        let bucket = PAUSE_BUCKETS.iter().position(|end| micros <= u128::from(*end)).unwrap_or(PAUSE_BUCKETS.len());
        add(&self.pause[bucket], 1);
        add(&self.pause_nanos, u64::try_from(pause.as_nanos()).unwrap_or(u64::MAX));
    }

    fn read(&self) -> Vec<Metric> {
        let counts = [
            ("snapshots.started", &self.snapshots_started),
            ("snapshots.completed", &self.snapshots_completed),
            ("snapshots.failed", &self.snapshots_failed),
            ("snapshots.cancelled", &self.snapshots_cancelled),
            ("snapshots.fallbacks", &self.fallbacks),
            ("snapshots.bytes_reused", &self.bytes_reused),
            ("snapshots.bytes_uploaded", &self.bytes_uploaded),
            ("snapshots.bytes_written", &self.bytes_written),
            ("snapshots.pause_nanos", &self.pause_nanos),
        ];
        let counts = counts.into_iter().map(|(name, counter)| metric(name, counter.load(Ordering::Relaxed)));
        let ends = PAUSE_BUCKETS.iter().map(|end| format!("snapshots.pause_micros_le_{end}"));
        let ends = ends.chain(["snapshots.pause_micros_le_inf".to_owned()]);
        // Cumulative, as histograms are usually read.
        let pauses = ends.zip(&self.pause).scan(0, |sum, (name, count)| {
            *sum += count.load(Ordering::Relaxed);
            Some(metric(name, *sum))
        });
        counts.chain(pauses).collect()
    }
}

fn metric(name: impl Into<String>, value: u64) -> Metric {
    Metric { name: name.into(), value }
}

/// All metrics of a backend. Never waits for the writer.
pub(crate) fn of(backend: &Inner) -> Result<Vec<Metric>> {
    let call = backend.data.db.read()?;
    let families = backend.families().clone();
    let mut metrics = Vec::new();
    for family in &families {
        let name = crate::snapshot::percent::encode(&family.name);
        for property in FAMILY_PROPERTIES {
            if let Some(value) = family.rocks.property_int(&call, &format!("rocksdb.{property}")) {
                metrics.push(metric(format!("column_family.{name}.{property}"), value));
            }
        }
    }
    metrics.push(metric("backend.background_errors", backend.data.db.background_errors(&call)));
    metrics.extend(tickers(&backend.data.db.statistics_text()));
    metrics.extend(backend.budget.used().into_iter().map(|(part, bytes)| metric(format!("memory.{part}"), bytes)));
    metrics.extend(backend.counters.read());
    let memory = store::memory();
    let memory = [("used", memory.used), ("peak", memory.peak), ("limit", memory.limit)];
    metrics.extend(memory.map(|(what, bytes)| metric(format!("store.memory_{what}"), bytes)));
    metrics.extend(live::KINDS.map(|kind| metric(format!("live.{}", kind.name()), live::count(kind).max(0) as u64)));
    Ok(metrics)
}

/// The tickers in RocksDB's statistics text: lines `<name> COUNT : <value>`.
fn tickers(text: &str) -> impl Iterator<Item = Metric> + '_ {
    text.lines().filter_map(|line| {
        let (name, value) = line.split_once(" COUNT : ")?;
        // Histograms have more than one figure in their line.
        let value = value.trim().parse().ok()?;
        Some(metric(name.trim(), value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickers_are_read_and_histograms_are_not() {
        let text = "rocksdb.block.cache.miss COUNT : 12\nrocksdb.db.get.micros P50 : 1.0 P95 : 2.0 COUNT : 3 SUM : 4\n";
        assert_eq!(tickers(text).collect::<Vec<_>>(), [metric("rocksdb.block.cache.miss", 12)]);
    }

    #[test]
    fn the_pause_histogram_is_cumulative() {
        let counters = Counters::default();
        for micros in [50, 200, 900_000] {
            counters.record_pause(Duration::from_micros(micros));
        }
        let read = counters.read();
        let value = |name: &str| read.iter().find(|metric| metric.name == name).map(|metric| metric.value);
        assert_eq!(value("snapshots.pause_micros_le_100"), Some(1));
        assert_eq!(value("snapshots.pause_micros_le_250"), Some(2));
        assert_eq!(value("snapshots.pause_micros_le_250000"), Some(2));
        assert_eq!(value("snapshots.pause_micros_le_inf"), Some(3));
    }
}
