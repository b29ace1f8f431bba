package org.rocksdb;

/** An order of keys in direct buffers. */
public abstract class DirectComparator extends AbstractComparator<DirectSlice> {
    /**
     * For subclasses.
     *
     * @param copt not looked at
     */
    public DirectComparator(ComparatorOptions copt) {}
}
