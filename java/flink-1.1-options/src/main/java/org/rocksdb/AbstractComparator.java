package org.rocksdb;

/**
 * An order of keys. Gabion orders keys as unsigned bytes and calls no comparator.
 *
 * @param <T> the type of keys
 */
public abstract class AbstractComparator<T extends AbstractSlice<?>> extends RocksObject {
    /** For subclasses. */
    protected AbstractComparator() {}

    /**
     * Returns the comparator's name.
     *
     * @return a name that stands for this order
     */
    public abstract String name();

    /**
     * Compares two keys.
     *
     * @param a a key
     * @param b a key
     * @return below 0 if a comes first, above 0 if b does, 0 if they are equal
     */
    public abstract int compare(T a, T b);

    /**
     * Returns a short key between two.
     *
     * @param start a key
     * @param limit a key behind it
     * @return a key from {@code start} on and before {@code limit}; null for {@code start} itself
     */
    public String findShortestSeparator(String start, T limit) {
        return null;
    }

    /**
     * Returns a short key behind another.
     *
     * @param key a key
     * @return a key that is not before {@code key}; null for {@code key} itself
     */
    public String findShortSuccessor(String key) {
        return null;
    }
}
