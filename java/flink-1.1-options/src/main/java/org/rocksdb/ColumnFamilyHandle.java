package org.rocksdb;

/** Stands for a column family of a backend. State goes through the backend's state objects. */
public final class ColumnFamilyHandle extends RocksObject {
    final Object family;

    ColumnFamilyHandle(Object family) {
        this.family = family;
    }
}
