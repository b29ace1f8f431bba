package org.rocksdb;

/** An object that is native in RocksDB, and plain Java here. */
public abstract class RocksObject extends AbstractImmutableNativeReference {
    RocksObject() {}
}
