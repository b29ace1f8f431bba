package org.rocksdb;

/** An order of keys in arrays. */
public abstract class Comparator extends AbstractComparator<Slice> {
    /**
     * For subclasses.
     *
     * @param copt not looked at
     */
    public Comparator(ComparatorOptions copt) {}
}
