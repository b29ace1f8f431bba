package org.rocksdb;

/** The format of files: see {@link BlockBasedTableConfig}. */
public abstract class TableFormatConfig {
    /** For subclasses. */
    public TableFormatConfig() {}

    /** RocksDB's name of the format. */
    String factoryName() {
        return getClass().getName();
    }

    final Choice choice() {
        return new Choice(this, factoryName(), null, "tables are block-based; set a BlockBasedTableConfig");
    }
}
