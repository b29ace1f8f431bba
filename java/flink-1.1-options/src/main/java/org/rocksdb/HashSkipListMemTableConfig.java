package org.rocksdb;

/** A hash table of skip lists; not in Gabion. */
public class HashSkipListMemTableConfig extends MemTableConfig {
    /** Buckets. */
    public static final int DEFAULT_BUCKET_COUNT = 1000000;
    /** One row in so many goes a level up. */
    public static final int DEFAULT_BRANCHING_FACTOR = 4;
    /** Levels. */
    public static final int DEFAULT_HEIGHT = 4;

    private long bucketCount = DEFAULT_BUCKET_COUNT;
    private int height = DEFAULT_HEIGHT;
    private int branchingFactor = DEFAULT_BRANCHING_FACTOR;

    /** Makes a configuration with RocksDB's defaults. */
    public HashSkipListMemTableConfig() {}

    /**
     * Sets the number of buckets.
     *
     * @param value the new value
     * @return this
     */
    public HashSkipListMemTableConfig setBucketCount(long value) {
        this.bucketCount = value;
        return this;
    }

    /**
     * Returns the number of buckets.
     *
     * @return what was set
     */
    public long bucketCount() {
        return bucketCount;
    }

    /**
     * Sets the levels of each list.
     *
     * @param value the new value
     * @return this
     */
    public HashSkipListMemTableConfig setHeight(int value) {
        this.height = value;
        return this;
    }

    /**
     * Returns the levels of each list.
     *
     * @return what was set
     */
    public int height() {
        return height;
    }

    /**
     * Sets one row in how many goes a level up.
     *
     * @param value the new value
     * @return this
     */
    public HashSkipListMemTableConfig setBranchingFactor(int value) {
        this.branchingFactor = value;
        return this;
    }

    /**
     * Returns one row in how many goes a level up.
     *
     * @return what was set
     */
    public int branchingFactor() {
        return branchingFactor;
    }

    @Override
    String factoryName() {
        return "HashSkipListRepFactory";
    }
}
