package org.rocksdb;

/** The settings of {@link BlockBasedTableConfig}: rocksdbjni 4.11.2's defaults, and what Gabion does with each. */
final class TableSettings {
    private static final Catalog ALL = new Catalog();

    private static final long LEAST_BLOCK_CACHE = 1L << 20;
    private static final String SHARDS = "RocksDB picks the number of shards";

    static final Setting<Boolean> NO_BLOCK_CACHE = ALL.passed("no_block_cache", false);
    /** RocksDB takes a size of 0 for its default; Gabion's cache belongs to the backend and has at least 1 MiB. */
    static final Setting<Long> BLOCK_CACHE_SIZE = ALL.add(new Setting<>("memory.block_cache", "setBlockCacheSize", 8L << 20,
            size -> null, size -> size <= 0 ? null : String.valueOf(Math.max(size, LEAST_BLOCK_CACHE))));
    static final Setting<Integer> BLOCK_CACHE_NUM_SHARD_BITS =
            ALL.kept("block_cache_num_shard_bits", "setCacheNumShardBits", 0, 0, SHARDS);
    static final Setting<Long> BLOCK_SIZE = ALL.passed("block_size", 4096L);
    static final Setting<Integer> BLOCK_SIZE_DEVIATION = ALL.passed("block_size_deviation", 10);
    static final Setting<Integer> BLOCK_RESTART_INTERVAL = ALL.passed("block_restart_interval", 16);
    static final Setting<Boolean> WHOLE_KEY_FILTERING = ALL.passed("whole_key_filtering", true);
    static final Setting<Filter> FILTER = ALL.add(new Setting<>("filter_policy", "setFilter", null,
            filter -> null, filter -> filter == null ? "nullptr" : filter.text()));
    static final Setting<Boolean> CACHE_INDEX_AND_FILTER_BLOCKS = ALL.passed("cache_index_and_filter_blocks", false);
    static final Setting<Boolean> PIN_L0_FILTER_AND_INDEX_BLOCKS_IN_CACHE =
            ALL.passed("pin_l0_filter_and_index_blocks_in_cache", false);
    static final Setting<Boolean> HASH_INDEX_ALLOW_COLLISION =
            ALL.gone("hash_index_allow_collision", "setHashIndexAllowCollision", true);
    static final Setting<Long> BLOCK_CACHE_COMPRESSED_SIZE =
            ALL.gone("block_cache_compressed", "setBlockCacheCompressedSize", 0L);
    static final Setting<Integer> BLOCK_CACHE_COMPRESSED_NUM_SHARD_BITS =
            ALL.gone("block_cache_compressed_num_shard_bits", "setBlockCacheCompressedNumShardBits", 0);
    static final Setting<ChecksumType> CHECKSUM = ALL.limited("checksum", "setChecksumType", ChecksumType.kCRC32c,
            type -> type == ChecksumType.kNoChecksum ? "files of a snapshot are checked by their blocks' checksums" : null);
    static final Setting<IndexType> INDEX_TYPE = ALL.limited("index_type", "setIndexType", IndexType.kBinarySearch,
            type -> type == IndexType.kHashSearch ? "a hash index needs a prefix extractor" : null);
    static final Setting<Integer> FORMAT_VERSION = ALL.limited("format_version", "setFormatVersion", 0,
            version -> version < 2 ? "RocksDB writes no format below 2 any more" : null);

    // What RocksDB 11 does for point lookups, where RocksDB 4 has a hash index.
    static final Setting<String> DATA_BLOCK_INDEX_TYPE = ALL.passed("data_block_index_type", "kDataBlockBinarySearch");
    static final Setting<Double> DATA_BLOCK_HASH_TABLE_UTIL_RATIO = ALL.passed("data_block_hash_table_util_ratio", 0.75);

    private TableSettings() {}

    static Iterable<Setting<?>> all() {
        return ALL.all();
    }
}
