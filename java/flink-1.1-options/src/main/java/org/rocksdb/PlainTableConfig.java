package org.rocksdb;

/** Files for a disk in memory; not in Gabion. */
public class PlainTableConfig extends TableFormatConfig {
    /** Keys of any length. */
    public static final int VARIABLE_LENGTH = 0;
    /** Bits per key. */
    public static final int DEFAULT_BLOOM_BITS_PER_KEY = 10;
    /** Prefixes per bucket. */
    public static final double DEFAULT_HASH_TABLE_RATIO = 0.75;
    /** Keys. */
    public static final int DEFAULT_INDEX_SPARSENESS = 16;
    /** No huge pages. */
    public static final int DEFAULT_HUGE_TLB_SIZE = 0;
    /** Keys as they are. */
    public static final EncodingType DEFAULT_ENCODING_TYPE = EncodingType.kPlain;
    /** With an index. */
    public static final boolean DEFAULT_FULL_SCAN_MODE = false;
    /** The index is made when a file is opened. */
    public static final boolean DEFAULT_STORE_INDEX_IN_FILE = false;

    private int keySize = VARIABLE_LENGTH;
    private int bloomBitsPerKey = DEFAULT_BLOOM_BITS_PER_KEY;
    private double hashTableRatio = DEFAULT_HASH_TABLE_RATIO;
    private int indexSparseness = DEFAULT_INDEX_SPARSENESS;
    private int hugePageTlbSize = DEFAULT_HUGE_TLB_SIZE;
    private EncodingType encodingType = DEFAULT_ENCODING_TYPE;
    private boolean fullScanMode = DEFAULT_FULL_SCAN_MODE;
    private boolean storeIndexInFile = DEFAULT_STORE_INDEX_IN_FILE;

    /** Makes a configuration with RocksDB's defaults. */
    public PlainTableConfig() {}

    /**
     * Sets the length of keys.
     *
     * @param value the new value
     * @return this
     */
    public PlainTableConfig setKeySize(int value) {
        this.keySize = value;
        return this;
    }

    /**
     * Returns the length of keys.
     *
     * @return what was set
     */
    public int keySize() {
        return keySize;
    }

    /**
     * Sets the bits per key of the bloom filter.
     *
     * @param value the new value
     * @return this
     */
    public PlainTableConfig setBloomBitsPerKey(int value) {
        this.bloomBitsPerKey = value;
        return this;
    }

    /**
     * Returns the bits per key of the bloom filter.
     *
     * @return what was set
     */
    public int bloomBitsPerKey() {
        return bloomBitsPerKey;
    }

    /**
     * Sets the prefixes per bucket of the hash table.
     *
     * @param value the new value
     * @return this
     */
    public PlainTableConfig setHashTableRatio(double value) {
        this.hashTableRatio = value;
        return this;
    }

    /**
     * Returns the prefixes per bucket of the hash table.
     *
     * @return what was set
     */
    public double hashTableRatio() {
        return hashTableRatio;
    }

    /**
     * Sets for how many keys of a prefix there is one in the index.
     *
     * @param value the new value
     * @return this
     */
    public PlainTableConfig setIndexSparseness(int value) {
        this.indexSparseness = value;
        return this;
    }

    /**
     * Returns for how many keys of a prefix there is one in the index.
     *
     * @return what was set
     */
    public long indexSparseness() {
        return indexSparseness;
    }

    /**
     * Sets the size of huge pages, 0 for none.
     *
     * @param value the new value
     * @return this
     */
    public PlainTableConfig setHugePageTlbSize(int value) {
        this.hugePageTlbSize = value;
        return this;
    }

    /**
     * Returns the size of huge pages, 0 for none.
     *
     * @return what was set
     */
    public int hugePageTlbSize() {
        return hugePageTlbSize;
    }

    /**
     * Sets how keys are written.
     *
     * @param value the new value
     * @return this
     */
    public PlainTableConfig setEncodingType(EncodingType value) {
        this.encodingType = value;
        return this;
    }

    /**
     * Returns how keys are written.
     *
     * @return what was set
     */
    public EncodingType encodingType() {
        return encodingType;
    }

    /**
     * Sets whether files have no index.
     *
     * @param value the new value
     * @return this
     */
    public PlainTableConfig setFullScanMode(boolean value) {
        this.fullScanMode = value;
        return this;
    }

    /**
     * Returns whether files have no index.
     *
     * @return what was set
     */
    public boolean fullScanMode() {
        return fullScanMode;
    }

    /**
     * Sets whether the index is written to the file.
     *
     * @param value the new value
     * @return this
     */
    public PlainTableConfig setStoreIndexInFile(boolean value) {
        this.storeIndexInFile = value;
        return this;
    }

    /**
     * Returns whether the index is written to the file.
     *
     * @return what was set
     */
    public boolean storeIndexInFile() {
        return storeIndexInFile;
    }

    @Override
    String factoryName() {
        return "PlainTable";
    }
}
