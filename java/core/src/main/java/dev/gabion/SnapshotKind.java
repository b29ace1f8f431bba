package dev.gabion;

/** The two kinds of snapshot. */
public enum SnapshotKind {
    /** RocksDB's own files, reused from one snapshot to the next; restored by linking or fetching files. */
    NATIVE,
    /** A sorted dump of the rows, independent of RocksDB's file formats. */
    PORTABLE
}
