package org.rocksdb.util;

import org.rocksdb.ComparatorOptions;
import org.rocksdb.Slice;

/** The order opposite to that of {@link BytewiseComparator}. */
public class ReverseBytewiseComparator extends BytewiseComparator {
    /**
     * Makes a comparator.
     *
     * @param copt not looked at
     */
    public ReverseBytewiseComparator(ComparatorOptions copt) {
        super(copt);
    }

    @Override
    public String name() {
        return "rocksdb.java.ReverseBytewiseComparator";
    }

    @Override
    public int compare(Slice a, Slice b) {
        return super.compare(b, a);
    }
}
