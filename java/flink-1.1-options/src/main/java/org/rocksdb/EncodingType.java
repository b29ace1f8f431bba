package org.rocksdb;

/** How keys are written to a plain table. */
public enum EncodingType {
    /** As they are. */
    kPlain,
    /** Without the prefix that a key shares with the one before it. */
    kPrefix;

    /**
     * Returns RocksDB's number of this type.
     *
     * @return the number
     */
    public byte getValue() {
        return (byte) ordinal();
    }
}
