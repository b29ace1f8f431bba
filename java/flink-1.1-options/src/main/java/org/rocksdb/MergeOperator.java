package org.rocksdb;

/** How values of one key are combined. In Gabion lists append, whatever is set. */
public interface MergeOperator {
    /**
     * Makes the native operator in RocksDB; nothing here calls it.
     *
     * @return its address
     */
    long newMergeOperatorHandle();
}
