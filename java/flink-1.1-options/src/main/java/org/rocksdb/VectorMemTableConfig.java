package org.rocksdb;

/** An array that is sorted when it is read; not in Gabion. */
public class VectorMemTableConfig extends MemTableConfig {
    /** No rows. */
    public static final int DEFAULT_RESERVED_SIZE = 0;

    private int reservedSize = DEFAULT_RESERVED_SIZE;

    /** Makes a configuration with RocksDB's defaults. */
    public VectorMemTableConfig() {}

    /**
     * Sets for how many rows there is room at the start.
     *
     * @param value the new value
     * @return this
     */
    public VectorMemTableConfig setReservedSize(int value) {
        this.reservedSize = value;
        return this;
    }

    /**
     * Returns for how many rows there is room at the start.
     *
     * @return what was set
     */
    public int reservedSize() {
        return reservedSize;
    }

    @Override
    String factoryName() {
        return "VectorRepFactory";
    }
}
