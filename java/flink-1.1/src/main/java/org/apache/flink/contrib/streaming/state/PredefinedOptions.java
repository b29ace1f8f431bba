package org.apache.flink.contrib.streaming.state;

import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactionStyle;
import org.rocksdb.DBOptions;
import org.rocksdb.StringAppendOperator;

/** Options for kinds of machines, as Flink 1.1 has them. What they leave alone is at Gabion's defaults (docs/options.md). */
public enum PredefinedOptions {
    /** Leaves all to the engine. */
    DEFAULT {
        @Override
        public DBOptions createDBOptions() {
            return base();
        }

        @Override
        public ColumnFamilyOptions createColumnOptions() {
            return lists();
        }
    },

    /** For spinning disks. */
    SPINNING_DISK_OPTIMIZED {
        @Override
        public DBOptions createDBOptions() {
            return base().setIncreaseParallelism(4).setMaxOpenFiles(-1);
        }

        @Override
        public ColumnFamilyOptions createColumnOptions() {
            return lists().setCompactionStyle(CompactionStyle.LEVEL).setLevelCompactionDynamicLevelBytes(true);
        }
    },

    /** For spinning disks, with 256 MiB of block cache and large memtables. */
    SPINNING_DISK_OPTIMIZED_HIGH_MEM {
        @Override
        public DBOptions createDBOptions() {
            return base().setIncreaseParallelism(4).setMaxOpenFiles(-1);
        }

        @Override
        public ColumnFamilyOptions createColumnOptions() {
            long fileSize = 256 * MIB;
            return lists()
                    .setCompactionStyle(CompactionStyle.LEVEL)
                    .setLevelCompactionDynamicLevelBytes(true)
                    .setTargetFileSizeBase(fileSize)
                    .setMaxBytesForLevelBase(4 * fileSize)
                    .setWriteBufferSize(64 * MIB)
                    .setMinWriteBufferNumberToMerge(3)
                    .setMaxWriteBufferNumber(4)
                    .setTableFormatConfig(
                            new BlockBasedTableConfig().setBlockCacheSize(256 * MIB).setBlockSize(128 << 10));
        }
    },

    /** For flash memory. */
    FLASH_SSD_OPTIMIZED {
        @Override
        public DBOptions createDBOptions() {
            return base().setIncreaseParallelism(4).setMaxOpenFiles(-1);
        }

        @Override
        public ColumnFamilyOptions createColumnOptions() {
            return lists();
        }
    },

    /** The sizes that were RocksDB 4.5.1's defaults, for jobs that were tuned with them: small memtables, small files. */
    DEFAULT_ROCKS_4_5_1 {
        @Override
        public DBOptions createDBOptions() {
            return base().setTableCacheNumshardbits(4);
        }

        @Override
        public ColumnFamilyOptions createColumnOptions() {
            return lists().setTargetFileSizeBase(2 * MIB).setMaxBytesForLevelBase(10 * MIB).setWriteBufferSize(4 * MIB);
        }
    };

    private static final long MIB = 1 << 20;

    /**
     * Makes the options of a database.
     *
     * @return a new object, the caller's own
     */
    public abstract DBOptions createDBOptions();

    /**
     * Makes the options of its states.
     *
     * @return a new object, the caller's own
     */
    public abstract ColumnFamilyOptions createColumnOptions();

    private static DBOptions base() {
        CoreOptions.checkRecorders();
        return new DBOptions().setUseFsync(false).setDisableDataSync(true);
    }

    private static ColumnFamilyOptions lists() {
        CoreOptions.checkRecorders();
        return new ColumnFamilyOptions().setMergeOperator(new StringAppendOperator());
    }
}
