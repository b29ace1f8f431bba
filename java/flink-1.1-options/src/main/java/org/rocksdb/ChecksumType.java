package org.rocksdb;

/** The checksum of a block in a file. Gabion takes all but {@link #kNoChecksum}. */
public enum ChecksumType {
    /** None; not in Gabion. */
    kNoChecksum,
    /** CRC-32C, which the CPU computes. */
    kCRC32c,
    /** xxHash. */
    kxxHash;

    /**
     * Returns RocksDB's number of this type.
     *
     * @return the number
     */
    public byte getValue() {
        return (byte) ordinal();
    }
}
