/**
 * RocksDB's Java options, as rocksdbjni 4.5.1 and 4.11.2 have them, in plain Java: they record what is set, and nothing in
 * them is native. Programs that were compiled against either run with these.
 *
 * <p>A getter answers what was set; before that, the default of RocksDB 4.11.2 (for what 4.5.1 alone has, its default). The
 * backend reads {@link dev.gabion.flink.options.RecordedOptions}: what RocksDB 11 and Gabion know becomes Gabion's options,
 * and the rest is named in a warning. What nobody set keeps Gabion's default, not RocksDB 4's.
 *
 * <p>Objects that a setter takes ({@link org.rocksdb.TableFormatConfig} and others) are read during that call, as in
 * RocksDB. Freeing an object does nothing. One thread at a time.
 */
package org.rocksdb;
