package org.rocksdb;

/** How a file's blocks are found. */
public enum IndexType {
    /** By binary search. */
    kBinarySearch,
    /** By the hash of a key's prefix; not in Gabion. */
    kHashSearch;

    /**
     * Returns RocksDB's number of this type.
     *
     * @return the number
     */
    public byte getValue() {
        return (byte) ordinal();
    }
}
