package org.rocksdb;

/**
 * A bloom filter. RocksDB writes one per file; the older form with one per block is gone, and asking for it gives the other,
 * which answers the same.
 */
public class BloomFilter extends Filter {
    private static final int DEFAULT_BITS_PER_KEY = 10;

    private final int bitsPerKey;

    /** Makes a filter with 10 bits per key. */
    public BloomFilter() {
        this(DEFAULT_BITS_PER_KEY);
    }

    /**
     * Makes a filter.
     *
     * @param bitsPerKey bits per key; 10 let one of a hundred absent keys through
     */
    public BloomFilter(int bitsPerKey) {
        this(bitsPerKey, false);
    }

    /**
     * Makes a filter.
     *
     * @param bitsPerKey bits per key; 10 let one of a hundred absent keys through
     * @param useBlockBasedMode not looked at
     */
    public BloomFilter(int bitsPerKey, boolean useBlockBasedMode) {
        this.bitsPerKey = bitsPerKey;
    }

    @Override
    String text() {
        return "bloomfilter:" + bitsPerKey + ":false";
    }
}
