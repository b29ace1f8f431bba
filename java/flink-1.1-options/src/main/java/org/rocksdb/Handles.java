package org.rocksdb;

import java.util.Objects;

/** For the backend: makes and opens the handles that its users only pass on. Any thread. */
public final class Handles {
    private Handles() {}

    /**
     * Makes what stands for an open database.
     *
     * @return a new object
     */
    public static RocksDB database() {
        return new RocksDB();
    }

    /**
     * Makes a handle of {@code family}.
     *
     * @param family the backend's column family
     * @return a new handle
     */
    public static ColumnFamilyHandle handle(Object family) {
        return new ColumnFamilyHandle(Objects.requireNonNull(family, "family"));
    }

    /**
     * Returns what a handle was made of.
     *
     * @param <F> the type of the backend's column families
     * @param handle a handle
     * @param type the type of the backend's column families
     * @return the column family
     */
    public static <F> F family(ColumnFamilyHandle handle, Class<F> type) {
        return type.cast(handle.family);
    }
}
