package org.rocksdb.util;

import java.util.Arrays;
import org.rocksdb.Comparator;
import org.rocksdb.ComparatorOptions;
import org.rocksdb.Slice;

/** Orders keys as signed bytes, as rocksdbjni's comparator of this name does. */
public class BytewiseComparator extends Comparator {
    /**
     * Makes a comparator.
     *
     * @param copt not looked at
     */
    public BytewiseComparator(ComparatorOptions copt) {
        super(copt);
    }

    @Override
    public String name() {
        return "rocksdb.java.BytewiseComparator";
    }

    @Override
    public int compare(Slice a, Slice b) {
        return Arrays.compare(a.data(), b.data());
    }

    @Override
    public String findShortestSeparator(String start, Slice limit) {
        return null;
    }

    @Override
    public String findShortSuccessor(String key) {
        return null;
    }
}
