package org.rocksdb;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Stands for the open database of a backend. It has no access to data: state goes through the backend's state objects. */
public final class RocksDB extends RocksObject {
    /** The name of the column family that every database has. */
    public static final byte[] DEFAULT_COLUMN_FAMILY = "default".getBytes(StandardCharsets.UTF_8);
    /** What a read of RocksDB answers for a key that is not there. */
    public static final int NOT_FOUND = -1;

    RocksDB() {}

    /** Does nothing: the options are plain Java, and the backend loads Gabion's library itself. */
    public static void loadLibrary() {}

    /**
     * Does nothing: the options are plain Java, and the backend loads Gabion's library itself.
     *
     * @param paths not looked at
     */
    public static void loadLibrary(List<String> paths) {}
}
