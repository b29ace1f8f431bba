package org.rocksdb;

/**
 * Drops rows during compactions; not in Gabion, where a snapshot may need them.
 *
 * @param <T> the type of keys and values
 */
public abstract class AbstractCompactionFilter<T extends AbstractSlice<?>> extends RocksObject {
    /** For subclasses. */
    protected AbstractCompactionFilter() {}
}
