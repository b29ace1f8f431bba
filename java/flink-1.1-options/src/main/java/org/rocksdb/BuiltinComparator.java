package org.rocksdb;

/** An order of keys that RocksDB has. */
public enum BuiltinComparator {
    /** Keys as unsigned bytes: Gabion's order. */
    BYTEWISE_COMPARATOR,
    /** The opposite; not in Gabion. */
    REVERSE_BYTEWISE_COMPARATOR
}
