package org.rocksdb;

import java.util.logging.Logger;

/** Where RocksDB's files and threads come from: in Gabion the local file system, and threads that it starts as needed. */
public abstract class Env extends RocksObject {
    /** The threads that flush. */
    public static final int FLUSH_POOL = 0;
    /** The threads that compact. */
    public static final int COMPACTION_POOL = 1;

    private static final Env DEFAULT = new RocksEnv();

    Env() {}

    /**
     * Returns the only environment that Gabion has.
     *
     * @return the same object each time
     */
    public static Env getDefault() {
        return DEFAULT;
    }

    /**
     * Logs a warning that it has no effect: {@link DBOptions#setIncreaseParallelism} has.
     *
     * @param num the number of threads
     * @return this
     */
    public Env setBackgroundThreads(int num) {
        return setBackgroundThreads(num, FLUSH_POOL);
    }

    /**
     * Logs a warning that it has no effect: {@link DBOptions#setIncreaseParallelism} has.
     *
     * @param num the number of threads
     * @param poolID which threads
     * @return this
     */
    public Env setBackgroundThreads(int num, int poolID) {
        Logger.getLogger(Env.class.getName()).warning("Env.setBackgroundThreads(" + num + ", " + poolID
                + ") has no effect: Gabion starts threads as the options ask for; call DBOptions.setIncreaseParallelism");
        return this;
    }

    /**
     * Returns how much work waits.
     *
     * @param poolID which threads
     * @return 0: no work waits here
     */
    public int getThreadPoolQueueLen(int poolID) {
        return 0;
    }
}
