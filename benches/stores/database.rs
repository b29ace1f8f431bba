//! The database that is moved: 5 million keys, and changes to a part of them.

use std::time::Duration;

use gabion::snapshot::{Kind, SnapshotInfo, SnapshotRequest, Target};
use gabion::{Backend, ColumnFamily, Options, Result};

pub const KEYS: u64 = 5_000_000;
const VALUE: usize = 32;

/// Which keys change.
#[derive(Clone, Copy, Debug)]
pub enum Pattern {
    /// Any.
    Random,
    /// One run of them.
    Clustered,
}

/// A backend with one family.
pub struct Database {
    pub backend: Backend,
    rows: ColumnFamily,
    /// Of xorshift.
    random: u64,
}

impl Database {
    /// Makes it, with all keys.
    pub fn load(storage: &str) -> Result<Database> {
        let mut options = Options::new();
        options.set("storage.paths", storage)?;
        let backend = Backend::open(&options, None)?;
        let rows = backend.create_column_family(b"rows", b"", &Options::new())?;
        let mut database = Database { backend, rows, random: 0x9e37_79b9_7f4a_7c15 };
        (0..KEYS).try_for_each(|key| database.put(key))?;
        database.come_to_rest()?;
        Ok(database)
    }

    /// A new value that can't be compressed.
    fn put(&mut self, key: u64) -> Result<()> {
        let mut value = [0; VALUE];
        for word in value.chunks_exact_mut(8) {
            word.copy_from_slice(&self.next().to_be_bytes());
        }
        // As a stream engine's keys: a group, then the rest.
        self.rows.put(format!("{:04x}/{key:010}", key * 128 / KEYS).as_bytes(), &value)
    }

    fn next(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }

    /// Changes so many percent of the keys.
    pub fn change(&mut self, percent: u64, pattern: Pattern) -> Result<()> {
        let count = KEYS * percent / 100;
        let first = self.next() % (KEYS - count);
        for at in 0..count {
            let key = match pattern {
                Pattern::Random => self.next() % KEYS,
                Pattern::Clustered => first + at,
            };
            self.put(key)?;
        }
        Ok(())
    }

    /// Flushes, and waits until no compaction is at work or to do.
    pub fn come_to_rest(&self) -> Result<()> {
        self.backend.flush()?;
        let mut quiet = 0;
        while quiet < 5 {
            std::thread::sleep(Duration::from_millis(200));
            let at_work = ["compaction-pending", "num-running-compactions", "num-running-flushes"];
            let at_work = at_work.map(|what| self.metric(&format!("column_family.rows.{what}")));
            quiet = if at_work.iter().all(|count| matches!(count, Ok(0))) { quiet + 1 } else { 0 };
        }
        Ok(())
    }

    /// A metric of the backend; 0 if there is none of the name.
    pub fn metric(&self, name: &str) -> Result<u64> {
        Ok(self.backend.metrics()?.into_iter().find(|metric| metric.name == name).map_or(0, |metric| metric.value))
    }

    /// Takes a native snapshot and waits for it.
    pub fn snapshot(&self, target: Target, options: &Options) -> Result<SnapshotInfo> {
        let (id, metadata) = (Vec::new(), Vec::new());
        let request = SnapshotRequest { kind: Kind::Native, target, id, metadata, options: options.clone() };
        let snapshot = self.backend.start_snapshot(&request)?;
        snapshot.wait(None);
        snapshot.result()
    }
}
