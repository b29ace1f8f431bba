package org.apache.flink.contrib.streaming.state;

import java.util.Map;
import java.util.Objects;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.state.AbstractStateBackend;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;

/** What a program sets on a backend, apart from where checkpoints go. It travels with the job. */
abstract class ConfiguredBackend extends AbstractStateBackend {
    private static final long serialVersionUID = 1L;

    private boolean fullyAsyncBackup;
    private boolean flinkFormat;
    private NativeSnapshotStore nativeSnapshotStore;
    private boolean flink3718Behaviour;
    private Path[] configuredDbBasePaths;
    private PredefinedOptions predefinedOptions;
    private OptionsFactory optionsFactory;

    private transient DBOptions dbOptions;
    private transient ColumnFamilyOptions columnOptions;

    // ---- snapshots ----

    /** Lets snapshots from now on be written as one portable stream, to where non-partitioned state goes. */
    public void enableFullyAsyncSnapshots() {
        this.fullyAsyncBackup = true;
    }

    /** Lets snapshots from now on be copies of the database's files, as is the default. */
    public void disableFullyAsyncSnapshots() {
        this.fullyAsyncBackup = false;
    }

    final boolean isFullyAsync() {
        return fullyAsyncBackup;
    }

    /**
     * Lets fully asynchronous snapshots be written in the format of Flink 1.1's own backend, which can restore them: so a job
     * can go back to it. Such snapshots can be restored here too. At most 256 states.
     */
    public void enableFlinkFormatSnapshots() {
        this.flinkFormat = true;
    }

    /** Lets fully asynchronous snapshots be written in Gabion's format, as is the default. */
    public void disableFlinkFormatSnapshots() {
        this.flinkFormat = false;
    }

    final boolean isFlinkFormat() {
        return flinkFormat;
    }

    /**
     * Lets snapshots that are not fully asynchronous go to a store of Gabion's, where each shares with earlier ones the files
     * that have not changed. The JobManager discards them there through Flink's own file systems; the files go with a later
     * snapshot of this backend.
     *
     * @param url {@code file:///path} or {@code hdfs://host:port/path}, reached by all machines, also with a name service in place of
     *     host and port; null: the checkpoint directory
     * @param options of snapshots, restores and the store, by the names that docs/options.md lists
     * @throws IllegalArgumentException if the URL is of another kind
     */
    public void setNativeSnapshotStore(String url, Map<String, String> options) {
        nativeSnapshotStore = url == null ? null : new NativeSnapshotStore(url, options);
    }

    /** Null: there is none. */
    final NativeSnapshotStore nativeSnapshotStore() {
        return nativeSnapshotStore;
    }

    // ---- behaviour ----

    /**
     * Lets a list or a folding state to which nothing was added answer an empty list or its first accumulator, a snapshot of no state
     * be an empty map, and the profile be {@link PredefinedOptions#DEFAULT} if none was set: as in the first version of this backend
     * (FLINK-3718), before release 1.1.0.
     */
    public void enableFlink3718Behaviour() {
        this.flink3718Behaviour = true;
    }

    /** Lets all that answer null, as the releases 1.1.2 and later do and as is the default. */
    public void disableFlink3718Behaviour() {
        this.flink3718Behaviour = false;
    }

    final boolean isFlink3718Behaviour() {
        return flink3718Behaviour;
    }

    // ---- storage ----

    /**
     * Sets the local directory that databases live in.
     *
     * @param path a directory; null for the task manager's temporary directories
     * @throws IllegalArgumentException if it is not local
     */
    public void setDbStoragePath(String path) {
        setDbStoragePaths(path == null ? null : new String[] {path});
    }

    /**
     * Sets the local directories that databases live in. Each operator instance takes one of them.
     *
     * @param paths one or more directories; null for the task manager's temporary directories
     * @throws IllegalArgumentException if there is none, or one is null or not local
     */
    public void setDbStoragePaths(String... paths) {
        configuredDbBasePaths = paths == null ? null : StorageDirectories.parse(paths);
    }

    /**
     * Returns the configured directories.
     *
     * @return an array of the caller's own; null if none are set
     */
    public String[] getDbStoragePaths() {
        if (configuredDbBasePaths == null) {
            return null;
        }
        String[] paths = new String[configuredDbBasePaths.length];
        for (int i = 0; i < paths.length; i++) {
            paths[i] = configuredDbBasePaths[i].toString();
        }
        return paths;
    }

    /** Null: none are configured. */
    final Path[] configuredStorage() {
        return configuredDbBasePaths;
    }

    // ---- options ----

    /**
     * Sets the profile on which the options are built. Changes have an effect before the options are first used.
     *
     * @param options not null
     */
    public void setPredefinedOptions(PredefinedOptions options) {
        predefinedOptions = Objects.requireNonNull(options, "options");
    }

    /**
     * Returns the profile.
     *
     * @return what was set; else {@link PredefinedOptions#DEFAULT_ROCKS_4_5_1}
     */
    public PredefinedOptions getPredefinedOptions() {
        if (predefinedOptions != null) {
            return predefinedOptions;
        }
        return flink3718Behaviour ? PredefinedOptions.DEFAULT : PredefinedOptions.DEFAULT_ROCKS_4_5_1;
    }

    /**
     * Sets what changes the profile's options. Changes have an effect before the options are first used.
     *
     * @param optionsFactory null for none
     */
    public void setOptions(OptionsFactory optionsFactory) {
        this.optionsFactory = optionsFactory;
    }

    /**
     * Returns what changes the profile's options.
     *
     * @return null for none
     */
    public OptionsFactory getOptions() {
        return optionsFactory;
    }

    /**
     * Returns the options of the database.
     *
     * @return the same object on each call until {@link #dispose}
     */
    public DBOptions getDbOptions() {
        if (dbOptions == null) {
            DBOptions options = getPredefinedOptions().createDBOptions();
            if (optionsFactory != null) {
                options = CoreOptions.made(optionsFactory, "createDBOptions", optionsFactory.createDBOptions(options));
            }
            dbOptions = options.setCreateIfMissing(true);
        }
        return dbOptions;
    }

    /**
     * Returns the options of all states.
     *
     * @return the same object on each call until {@link #dispose}
     */
    public ColumnFamilyOptions getColumnOptions() {
        if (columnOptions == null) {
            ColumnFamilyOptions options = getPredefinedOptions().createColumnOptions();
            if (optionsFactory != null) {
                options = CoreOptions.made(optionsFactory, "createColumnOptions", optionsFactory.createColumnOptions(options));
            }
            columnOptions = options;
        }
        return columnOptions;
    }

    /** Has them made anew when they are next asked for. */
    final void forgetOptions() {
        dbOptions = null;
        columnOptions = null;
    }
}
