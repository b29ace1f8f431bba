package org.rocksdb;

import static org.rocksdb.TableSettings.*;

/**
 * Files of blocks, the format of all files in Gabion.
 *
 * <p>What is not set here keeps Gabion's value (docs/options.md), such as a bloom filter of 10 bits per key.
 */
public class BlockBasedTableConfig extends TableFormatConfig {
    final Settings settings = new Settings();

    /** Makes a configuration that leaves everything as it is. */
    public BlockBasedTableConfig() {}

    @Override
    String factoryName() {
        return "BlockBasedTable";
    }

    private <T> BlockBasedTableConfig set(Setting<T> setting, T value) {
        settings.set(setting, value);
        return this;
    }

    /**
     * Sets whether there is no block cache.
     *
     * @param value the new value
     * @return this
     */
    public BlockBasedTableConfig setNoBlockCache(boolean value) {
        return set(NO_BLOCK_CACHE, value);
    }

    /**
     * Returns whether there is no block cache.
     *
     * @return what was set, or RocksDB 4's default
     */
    public boolean noBlockCache() {
        return settings.get(NO_BLOCK_CACHE);
    }

    /**
     * Sets the bytes of the block cache, of which a backend has one for all its families.
     *
     * @param value the new value
     * @return this
     */
    public BlockBasedTableConfig setBlockCacheSize(long value) {
        return set(BLOCK_CACHE_SIZE, value);
    }

    /**
     * Returns the bytes of the block cache, of which a backend has one for all its families.
     *
     * @return what was set, or RocksDB 4's default
     */
    public long blockCacheSize() {
        return settings.get(BLOCK_CACHE_SIZE);
    }

    /**
     * Sets the block cache's number of shards, as a power of two; no effect.
     *
     * @param value the new value
     * @return this
     */
    public BlockBasedTableConfig setCacheNumShardBits(int value) {
        return set(BLOCK_CACHE_NUM_SHARD_BITS, value);
    }

    /**
     * Returns the block cache's number of shards, as a power of two; no effect.
     *
     * @return what was set, or RocksDB 4's default
     */
    public int cacheNumShardBits() {
        return settings.get(BLOCK_CACHE_NUM_SHARD_BITS);
    }

    /**
     * Sets the bytes of a block before it is compressed.
     *
     * @param value the new value
     * @return this
     */
    public BlockBasedTableConfig setBlockSize(long value) {
        return set(BLOCK_SIZE, value);
    }

    /**
     * Returns the bytes of a block before it is compressed.
     *
     * @return what was set, or RocksDB 4's default
     */
    public long blockSize() {
        return settings.get(BLOCK_SIZE);
    }

    /**
     * Sets at how many percent of room left a block is closed.
     *
     * @param value the new value
     * @return this
     */
    public BlockBasedTableConfig setBlockSizeDeviation(int value) {
        return set(BLOCK_SIZE_DEVIATION, value);
    }

    /**
     * Returns at how many percent of room left a block is closed.
     *
     * @return what was set, or RocksDB 4's default
     */
    public int blockSizeDeviation() {
        return settings.get(BLOCK_SIZE_DEVIATION);
    }

    /**
     * Sets how many keys there are between two that are written whole.
     *
     * @param value the new value
     * @return this
     */
    public BlockBasedTableConfig setBlockRestartInterval(int value) {
        return set(BLOCK_RESTART_INTERVAL, value);
    }

    /**
     * Returns how many keys there are between two that are written whole.
     *
     * @return what was set, or RocksDB 4's default
     */
    public int blockRestartInterval() {
        return settings.get(BLOCK_RESTART_INTERVAL);
    }

    /**
     * Sets whether filters hold whole keys.
     *
     * @param value the new value
     * @return this
     */
    public BlockBasedTableConfig setWholeKeyFiltering(boolean value) {
        return set(WHOLE_KEY_FILTERING, value);
    }

    /**
     * Returns whether filters hold whole keys.
     *
     * @return what was set, or RocksDB 4's default
     */
    public boolean wholeKeyFiltering() {
        return settings.get(WHOLE_KEY_FILTERING);
    }

    /**
     * Sets the filter; null for none.
     *
     * @param value the new value
     * @return this
     */
    public BlockBasedTableConfig setFilter(Filter value) {
        settings.setOrNull(FILTER, value);
        return this;
    }

    /**
     * Sets whether indexes and filters are in the block cache.
     *
     * @param value the new value
     * @return this
     */
    public BlockBasedTableConfig setCacheIndexAndFilterBlocks(boolean value) {
        return set(CACHE_INDEX_AND_FILTER_BLOCKS, value);
    }

    /**
     * Returns whether indexes and filters are in the block cache.
     *
     * @return what was set, or RocksDB 4's default
     */
    public boolean cacheIndexAndFilterBlocks() {
        return settings.get(CACHE_INDEX_AND_FILTER_BLOCKS);
    }

    /**
     * Sets whether those of level 0 stay there.
     *
     * @param value the new value
     * @return this
     */
    public BlockBasedTableConfig setPinL0FilterAndIndexBlocksInCache(boolean value) {
        return set(PIN_L0_FILTER_AND_INDEX_BLOCKS_IN_CACHE, value);
    }

    /**
     * Returns whether those of level 0 stay there.
     *
     * @return what was set, or RocksDB 4's default
     */
    public boolean pinL0FilterAndIndexBlocksInCache() {
        return settings.get(PIN_L0_FILTER_AND_INDEX_BLOCKS_IN_CACHE);
    }

    /**
     * Sets whether prefixes may share a place in a hash index; no effect.
     *
     * @param value the new value
     * @return this
     */
    public BlockBasedTableConfig setHashIndexAllowCollision(boolean value) {
        return set(HASH_INDEX_ALLOW_COLLISION, value);
    }

    /**
     * Returns whether prefixes may share a place in a hash index; no effect.
     *
     * @return what was set, or RocksDB 4's default
     */
    public boolean hashIndexAllowCollision() {
        return settings.get(HASH_INDEX_ALLOW_COLLISION);
    }

    /**
     * Sets the bytes of a cache of compressed blocks; no effect.
     *
     * @param value the new value
     * @return this
     */
    public BlockBasedTableConfig setBlockCacheCompressedSize(long value) {
        return set(BLOCK_CACHE_COMPRESSED_SIZE, value);
    }

    /**
     * Returns the bytes of a cache of compressed blocks; no effect.
     *
     * @return what was set, or RocksDB 4's default
     */
    public long blockCacheCompressedSize() {
        return settings.get(BLOCK_CACHE_COMPRESSED_SIZE);
    }

    /**
     * Sets that cache's number of shards; no effect.
     *
     * @param value the new value
     * @return this
     */
    public BlockBasedTableConfig setBlockCacheCompressedNumShardBits(int value) {
        return set(BLOCK_CACHE_COMPRESSED_NUM_SHARD_BITS, value);
    }

    /**
     * Returns that cache's number of shards; no effect.
     *
     * @return what was set, or RocksDB 4's default
     */
    public int blockCacheCompressedNumShardBits() {
        return settings.get(BLOCK_CACHE_COMPRESSED_NUM_SHARD_BITS);
    }

    /**
     * Sets the checksum of blocks.
     *
     * @param value the new value
     * @return this
     */
    public BlockBasedTableConfig setChecksumType(ChecksumType value) {
        return set(CHECKSUM, value);
    }

    /**
     * Returns the checksum of blocks.
     *
     * @return what was set, or RocksDB 4's default
     */
    public ChecksumType checksumType() {
        return settings.get(CHECKSUM);
    }

    /**
     * Sets how blocks are found.
     *
     * @param value the new value
     * @return this
     */
    public BlockBasedTableConfig setIndexType(IndexType value) {
        return set(INDEX_TYPE, value);
    }

    /**
     * Returns how blocks are found.
     *
     * @return what was set, or RocksDB 4's default
     */
    public IndexType indexType() {
        return settings.get(INDEX_TYPE);
    }

    /**
     * Sets the version of the format, 2 at least.
     *
     * @param value the new value
     * @return this
     */
    public BlockBasedTableConfig setFormatVersion(int value) {
        return set(FORMAT_VERSION, value);
    }

    /**
     * Returns the version of the format, 2 at least.
     *
     * @return what was set, or RocksDB 4's default
     */
    public int formatVersion() {
        return settings.get(FORMAT_VERSION);
    }
}
