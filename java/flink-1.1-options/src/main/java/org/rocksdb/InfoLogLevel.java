package org.rocksdb;

/** How much RocksDB writes to its message log, which is off in Gabion. */
public enum InfoLogLevel {
    /** Everything. */
    DEBUG_LEVEL,
    /** What happens. */
    INFO_LEVEL,
    /** What may be wrong. */
    WARN_LEVEL,
    /** What is wrong. */
    ERROR_LEVEL,
    /** What ends the database. */
    FATAL_LEVEL,
    /** The head of the log. */
    HEADER_LEVEL,
    /** The number of levels. */
    NUM_INFO_LOG_LEVELS;

    /**
     * Returns RocksDB's number of this level.
     *
     * @return the number
     */
    public byte getValue() {
        return (byte) ordinal();
    }

    /**
     * Returns the level with this number.
     *
     * @param value RocksDB's number
     * @return the level
     * @throws IllegalArgumentException if there is none of that number
     */
    public static InfoLogLevel getInfoLogLevel(byte value) {
        if (value < 0 || value >= values().length) {
            throw new IllegalArgumentException("there is no log level " + value + "; take 0 to " + (values().length - 1));
        }
        return values()[value];
    }
}
