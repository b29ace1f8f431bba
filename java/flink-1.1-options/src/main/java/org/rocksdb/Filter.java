package org.rocksdb;

/** What tells, without a read, that a file does not have a key. */
public abstract class Filter extends RocksObject {
    Filter() {}

    /** RocksDB's text of this filter. */
    abstract String text();
}
