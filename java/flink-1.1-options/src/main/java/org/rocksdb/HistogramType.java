package org.rocksdb;

/** Times and sizes of which RocksDB can keep histograms; in Gabion they are off. */
public enum HistogramType {
    DB_GET,
    DB_WRITE,
    COMPACTION_TIME,
    TABLE_SYNC_MICROS,
    COMPACTION_OUTFILE_SYNC_MICROS,
    WAL_FILE_SYNC_MICROS,
    MANIFEST_FILE_SYNC_MICROS,
    TABLE_OPEN_IO_MICROS,
    DB_MULTIGET,
    READ_BLOCK_COMPACTION_MICROS,
    READ_BLOCK_GET_MICROS,
    WRITE_RAW_BLOCK_MICROS,
    STALL_L0_SLOWDOWN_COUNT,
    STALL_MEMTABLE_COMPACTION_COUNT,
    STALL_L0_NUM_FILES_COUNT,
    HARD_RATE_LIMIT_DELAY_COUNT,
    SOFT_RATE_LIMIT_DELAY_COUNT,
    NUM_FILES_IN_SINGLE_COMPACTION,
    DB_SEEK,
    WRITE_STALL;

    /**
     * Returns rocksdbjni's number of this histogram.
     *
     * @return the number
     */
    public int getValue() {
        return ordinal();
    }
}
