package org.rocksdb;

/** What RocksDB counts. Those that RocksDB 11 does not count have no name, and stay 0. */
public enum TickerType {
    BLOCK_CACHE_MISS("rocksdb.block.cache.miss"),
    BLOCK_CACHE_HIT("rocksdb.block.cache.hit"),
    BLOCK_CACHE_ADD("rocksdb.block.cache.add"),
    BLOCK_CACHE_INDEX_MISS("rocksdb.block.cache.index.miss"),
    BLOCK_CACHE_INDEX_HIT("rocksdb.block.cache.index.hit"),
    BLOCK_CACHE_FILTER_MISS("rocksdb.block.cache.filter.miss"),
    BLOCK_CACHE_FILTER_HIT("rocksdb.block.cache.filter.hit"),
    BLOCK_CACHE_DATA_MISS("rocksdb.block.cache.data.miss"),
    BLOCK_CACHE_DATA_HIT("rocksdb.block.cache.data.hit"),
    BLOOM_FILTER_USEFUL("rocksdb.bloom.filter.useful"),
    MEMTABLE_HIT("rocksdb.memtable.hit"),
    MEMTABLE_MISS("rocksdb.memtable.miss"),
    GET_HIT_L0("rocksdb.l0.hit"),
    GET_HIT_L1("rocksdb.l1.hit"),
    GET_HIT_L2_AND_UP("rocksdb.l2andup.hit"),
    COMPACTION_KEY_DROP_NEWER_ENTRY("rocksdb.compaction.key.drop.new"),
    COMPACTION_KEY_DROP_OBSOLETE("rocksdb.compaction.key.drop.obsolete"),
    COMPACTION_KEY_DROP_USER("rocksdb.compaction.key.drop.user"),
    NUMBER_KEYS_WRITTEN("rocksdb.number.keys.written"),
    NUMBER_KEYS_READ("rocksdb.number.keys.read"),
    NUMBER_KEYS_UPDATED("rocksdb.number.keys.updated"),
    BYTES_WRITTEN("rocksdb.bytes.written"),
    BYTES_READ("rocksdb.bytes.read"),
    NO_FILE_CLOSES(null),
    NO_FILE_OPENS("rocksdb.no.file.opens"),
    NO_FILE_ERRORS("rocksdb.no.file.errors"),
    STALL_L0_SLOWDOWN_MICROS(null),
    STALL_MEMTABLE_COMPACTION_MICROS(null),
    STALL_L0_NUM_FILES_MICROS(null),
    STALL_MICROS("rocksdb.stall.micros"),
    DB_MUTEX_WAIT_MICROS("rocksdb.db.mutex.wait.micros"),
    RATE_LIMIT_DELAY_MILLIS(null),
    NO_ITERATORS(null),
    NUMBER_MULTIGET_CALLS("rocksdb.number.multiget.get"),
    NUMBER_MULTIGET_KEYS_READ("rocksdb.number.multiget.keys.read"),
    NUMBER_MULTIGET_BYTES_READ("rocksdb.number.multiget.bytes.read"),
    NUMBER_FILTERED_DELETES(null),
    NUMBER_MERGE_FAILURES("rocksdb.number.merge.failures"),
    SEQUENCE_NUMBER(null),
    BLOOM_FILTER_PREFIX_CHECKED("rocksdb.bloom.filter.prefix.checked"),
    BLOOM_FILTER_PREFIX_USEFUL("rocksdb.bloom.filter.prefix.useful"),
    NUMBER_OF_RESEEKS_IN_ITERATION("rocksdb.number.reseeks.iteration"),
    GET_UPDATES_SINCE_CALLS("rocksdb.getupdatessince.calls"),
    BLOCK_CACHE_COMPRESSED_MISS(null),
    BLOCK_CACHE_COMPRESSED_HIT(null),
    WAL_FILE_SYNCED("rocksdb.wal.synced"),
    WAL_FILE_BYTES("rocksdb.wal.bytes"),
    WRITE_DONE_BY_SELF("rocksdb.write.self"),
    WRITE_DONE_BY_OTHER("rocksdb.write.other"),
    WRITE_TIMEDOUT(null),
    WRITE_WITH_WAL("rocksdb.write.wal"),
    COMPACT_READ_BYTES("rocksdb.compact.read.bytes"),
    COMPACT_WRITE_BYTES("rocksdb.compact.write.bytes"),
    FLUSH_WRITE_BYTES("rocksdb.flush.write.bytes"),
    NUMBER_DIRECT_LOAD_TABLE_PROPERTIES("rocksdb.number.direct.load.table.properties"),
    NUMBER_SUPERVERSION_ACQUIRES("rocksdb.number.superversion_acquires"),
    NUMBER_SUPERVERSION_RELEASES("rocksdb.number.superversion_releases"),
    NUMBER_SUPERVERSION_CLEANUPS("rocksdb.number.superversion_cleanups"),
    NUMBER_BLOCK_NOT_COMPRESSED(null);

    private final String metric;

    TickerType(String metric) {
        this.metric = metric;
    }

    /**
     * Returns rocksdbjni's number of this ticker.
     *
     * @return the number
     */
    public int getValue() {
        return ordinal();
    }

    /** The ticker's name among Gabion's metrics; null if there is none. */
    String metric() {
        return metric;
    }
}
