package org.rocksdb;

/** Drops rows with empty values; not in Gabion. */
public class RemoveEmptyValueCompactionFilter extends AbstractCompactionFilter<Slice> {
    /** Makes a filter. */
    public RemoveEmptyValueCompactionFilter() {}
}
