package org.rocksdb;

/** A skip list: Gabion's {@code memtable} = {@code skip-list}. */
public class SkipListMemTableConfig extends MemTableConfig {
    /** Search from the beginning. */
    public static final long DEFAULT_LOOKAHEAD = 0;

    private long lookahead = DEFAULT_LOOKAHEAD;

    /** Makes a configuration with RocksDB's defaults. */
    public SkipListMemTableConfig() {}

    /**
     * Sets how many rows a search looks at from where the last one ended.
     *
     * @param value the new value
     * @return this
     */
    public SkipListMemTableConfig setLookahead(long value) {
        this.lookahead = value;
        return this;
    }

    /**
     * Returns how many rows a search looks at from where the last one ended.
     *
     * @return what was set
     */
    public long lookahead() {
        return lookahead;
    }

    @Override
    String factoryName() {
        return "SkipListFactory";
    }

    @Override
    String text() {
        return "skip-list";
    }

    @Override
    String objection() {
        return lookahead == DEFAULT_LOOKAHEAD ? null : "it is a skip list, without a lookahead";
    }
}
