package org.apache.flink.contrib.streaming.state;

import java.io.Serializable;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;

/**
 * Changes the options of a backend's databases. It travels with the job, and each worker calls it at most once per options object.
 *
 * <p>The options are plain Java objects that record what is set on them; the backend hands the settings to Gabion as text, and
 * logs one warning about those that Gabion does not have.
 */
public interface OptionsFactory extends Serializable {
    /**
     * Changes the options of a database.
     *
     * @param currentOptions what the {@link PredefinedOptions} have set
     * @return the same object, or one of its own that takes its place; not null
     */
    DBOptions createDBOptions(DBOptions currentOptions);

    /**
     * Changes the options of all states in a database. The merge operator of lists is the backend's, whatever is set here.
     *
     * @param currentOptions what the {@link PredefinedOptions} have set
     * @return the same object, or one of its own that takes its place; not null
     */
    ColumnFamilyOptions createColumnOptions(ColumnFamilyOptions currentOptions);
}
