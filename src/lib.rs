//! Gabion: native keyed state for stream engines, over RocksDB.
