package org.rocksdb;

/** A hash table of linked lists: Gabion's {@code memtable} = {@code hash-link-list}. */
public class HashLinkedListMemTableConfig extends MemTableConfig {
    /** Buckets. */
    public static final long DEFAULT_BUCKET_COUNT = 50000;
    /** No huge pages. */
    public static final long DEFAULT_HUGE_PAGE_TLB_SIZE = 0;
    /** Rows. */
    public static final int DEFAULT_BUCKET_ENTRIES_LOG_THRES = 4096;
    /** Logged. */
    public static final boolean DEFAULT_IF_LOG_BUCKET_DIST_WHEN_FLUSH = true;
    /** Rows. */
    public static final int DEFAUL_THRESHOLD_USE_SKIPLIST = 256;

    private long bucketCount = DEFAULT_BUCKET_COUNT;
    private long hugePageTlbSize = DEFAULT_HUGE_PAGE_TLB_SIZE;
    private int bucketEntriesLoggingThreshold = DEFAULT_BUCKET_ENTRIES_LOG_THRES;
    private boolean ifLogBucketDistWhenFlush = DEFAULT_IF_LOG_BUCKET_DIST_WHEN_FLUSH;
    private int thresholdUseSkiplist = DEFAUL_THRESHOLD_USE_SKIPLIST;

    /** Makes a configuration with RocksDB's defaults. */
    public HashLinkedListMemTableConfig() {}

    /**
     * Sets the number of buckets.
     *
     * @param value the new value
     * @return this
     */
    public HashLinkedListMemTableConfig setBucketCount(long value) {
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
     * Sets the size of huge pages, 0 for none.
     *
     * @param value the new value
     * @return this
     */
    public HashLinkedListMemTableConfig setHugePageTlbSize(long value) {
        this.hugePageTlbSize = value;
        return this;
    }

    /**
     * Returns the size of huge pages, 0 for none.
     *
     * @return what was set
     */
    public long hugePageTlbSize() {
        return hugePageTlbSize;
    }

    /**
     * Sets from how many rows in a bucket on RocksDB logs it.
     *
     * @param value the new value
     * @return this
     */
    public HashLinkedListMemTableConfig setBucketEntriesLoggingThreshold(int value) {
        this.bucketEntriesLoggingThreshold = value;
        return this;
    }

    /**
     * Returns from how many rows in a bucket on RocksDB logs it.
     *
     * @return what was set
     */
    public int bucketEntriesLoggingThreshold() {
        return bucketEntriesLoggingThreshold;
    }

    /**
     * Sets whether RocksDB logs how rows are spread when it flushes.
     *
     * @param value the new value
     * @return this
     */
    public HashLinkedListMemTableConfig setIfLogBucketDistWhenFlush(boolean value) {
        this.ifLogBucketDistWhenFlush = value;
        return this;
    }

    /**
     * Returns whether RocksDB logs how rows are spread when it flushes.
     *
     * @return what was set
     */
    public boolean ifLogBucketDistWhenFlush() {
        return ifLogBucketDistWhenFlush;
    }

    /**
     * Sets from how many rows in a bucket on it is a skip list.
     *
     * @param value the new value
     * @return this
     */
    public HashLinkedListMemTableConfig setThresholdUseSkiplist(int value) {
        this.thresholdUseSkiplist = value;
        return this;
    }

    /**
     * Returns from how many rows in a bucket on it is a skip list.
     *
     * @return what was set
     */
    public int thresholdUseSkiplist() {
        return thresholdUseSkiplist;
    }

    @Override
    String factoryName() {
        return "HashLinkedListRepFactory";
    }

    @Override
    String text() {
        return "hash-link-list";
    }

    @Override
    String objection() {
        boolean isPlain = bucketCount == DEFAULT_BUCKET_COUNT
                && hugePageTlbSize == DEFAULT_HUGE_PAGE_TLB_SIZE
                && bucketEntriesLoggingThreshold == DEFAULT_BUCKET_ENTRIES_LOG_THRES
                && ifLogBucketDistWhenFlush == DEFAULT_IF_LOG_BUCKET_DIST_WHEN_FLUSH
                && thresholdUseSkiplist == DEFAUL_THRESHOLD_USE_SKIPLIST;
        return isPlain ? null : "it is a hash table of linked lists, with Gabion's own sizes";
    }
}
