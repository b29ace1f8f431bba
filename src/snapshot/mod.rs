//! Snapshots: the job that makes one, what is known of one, and the directory they live in.

mod barrier;
mod bounded;
mod capture;
pub(crate) mod capture_directory;
pub mod copy;
mod copy_job;
pub mod directory;
pub mod document;
pub mod id;
pub mod intent;
pub mod job;
mod lineage;
pub(crate) mod local_file;
pub mod manifest;
mod manifest_check;
mod manifest_json;
pub mod object_name;
pub mod percent;
pub mod publication;
pub mod pulled_stream;
mod rows;
pub mod sequence;
pub mod stream;
mod stream_decoder;
mod stream_encoder;
mod stream_file;
mod sweep;
mod target;
mod task;
pub mod tombstone;
pub mod verify;
pub mod writer;

pub use directory::SnapshotDirectory;
pub(crate) use job::Snapshots;
pub use job::{Progress, Snapshot, SnapshotRequest, State, Target};
pub use pulled_stream::PulledStream;

pub(crate) use lineage::{Lineage, Parent};

/// The two kinds of snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// RocksDB's own files, reused across snapshots.
    Native,
    /// A sorted dump, independent of RocksDB's file formats.
    Portable,
}

/// What is known of a completed snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotInfo {
    /// Its number in the directory (0 for a capture that was not published).
    pub number: u64,
    /// Native or portable.
    pub kind: Kind,
    /// The host's id, as given.
    pub id: Vec<u8>,
    /// The host's metadata, as given.
    pub metadata: Vec<u8>,
    /// Milliseconds since 1970-01-01 UTC.
    pub created_ms: u64,
    /// How many column families it holds.
    pub families: u64,
    /// How many data files it consists of.
    pub files: u64,
    /// Bytes of all its files.
    pub bytes: u64,
    /// Of those, bytes that this snapshot wrote itself; the others were reused.
    pub bytes_written: u64,
    /// Families that were written as rows because their files were not exact.
    pub fallbacks: u64,
    /// How long the barrier held the writer, in nanoseconds; 0 when unknown (read from a directory).
    pub pause_nanos: u64,
}
