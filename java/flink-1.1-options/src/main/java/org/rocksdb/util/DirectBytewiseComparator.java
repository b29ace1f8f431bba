package org.rocksdb.util;

import org.rocksdb.ComparatorOptions;
import org.rocksdb.DirectComparator;
import org.rocksdb.DirectSlice;

/** {@link BytewiseComparator}'s order, of keys in direct buffers. */
public class DirectBytewiseComparator extends DirectComparator {
    /**
     * Makes a comparator.
     *
     * @param copt not looked at
     */
    public DirectBytewiseComparator(ComparatorOptions copt) {
        super(copt);
    }

    @Override
    public String name() {
        return "rocksdb.java.DirectBytewiseComparator";
    }

    @Override
    public int compare(DirectSlice a, DirectSlice b) {
        return a.data().compareTo(b.data());
    }

    @Override
    public String findShortestSeparator(String start, DirectSlice limit) {
        return null;
    }

    @Override
    public String findShortSuccessor(String key) {
        return null;
    }
}
