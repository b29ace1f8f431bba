package org.rocksdb;

/** Takes RocksDB's messages. Gabion has none: its log is off. */
public abstract class Logger extends RocksObject {
    private InfoLogLevel level;

    /**
     * For subclasses.
     *
     * @param options where the level is taken from
     */
    public Logger(Options options) {
        this.level = options.infoLogLevel();
    }

    /**
     * For subclasses.
     *
     * @param dboptions where the level is taken from
     */
    public Logger(DBOptions dboptions) {
        this.level = dboptions.infoLogLevel();
    }

    /**
     * Sets how much is logged.
     *
     * @param infoLogLevel the least level
     */
    public void setInfoLogLevel(InfoLogLevel infoLogLevel) {
        this.level = infoLogLevel;
    }

    /**
     * Returns how much is logged.
     *
     * @return the least level
     */
    public InfoLogLevel infoLogLevel() {
        return level;
    }

    /**
     * Takes a message; Gabion does not call it.
     *
     * @param infoLogLevel its level
     * @param logMsg its text
     */
    protected abstract void log(InfoLogLevel infoLogLevel, String logMsg);
}
