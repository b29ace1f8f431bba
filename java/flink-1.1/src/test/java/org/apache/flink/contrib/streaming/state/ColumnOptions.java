package org.apache.flink.contrib.streaming.state;

import org.rocksdb.DBOptions;

/** Changes the options of columns, and leaves those of the database. */
interface ColumnOptions extends OptionsFactory {
    @Override
    default DBOptions createDBOptions(DBOptions currentOptions) {
        return currentOptions;
    }
}
