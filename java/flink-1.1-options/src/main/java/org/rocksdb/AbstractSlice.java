package org.rocksdb;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Some bytes.
 *
 * @param <T> the form in which they are had
 */
public abstract class AbstractSlice<T> extends RocksObject {
    AbstractSlice() {}

    /**
     * Returns the bytes.
     *
     * @return the caller's own
     */
    public abstract T data();

    /** A copy of the bytes. */
    abstract byte[] bytes();

    /**
     * Returns the number of bytes.
     *
     * @return 0 or more
     */
    public int size() {
        return bytes().length;
    }

    /**
     * Returns whether there are no bytes.
     *
     * @return whether the size is 0
     */
    public boolean empty() {
        return size() == 0;
    }

    /**
     * Returns the bytes as text.
     *
     * @param hex whether as hexadecimal digits, in upper case
     * @return digits, or the bytes read as UTF-8
     */
    public String toString(boolean hex) {
        byte[] bytes = bytes();
        if (!hex) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        StringBuilder digits = new StringBuilder(2 * bytes.length);
        for (byte b : bytes) {
            digits.append(String.format("%02X", b));
        }
        return digits.toString();
    }

    @Override
    public String toString() {
        return toString(false);
    }

    /**
     * Compares the bytes as unsigned numbers.
     *
     * @param other other bytes
     * @return below 0 if these come first, above 0 if the others do, 0 if they are equal
     */
    public int compare(AbstractSlice<?> other) {
        return Arrays.compareUnsigned(bytes(), other.bytes());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AbstractSlice && compare((AbstractSlice<?>) other) == 0;
    }

    /**
     * Returns whether the bytes begin with others.
     *
     * @param prefix the others; null is no prefix
     * @return whether they do
     */
    public boolean startsWith(AbstractSlice<?> prefix) {
        if (prefix == null || prefix.size() > size()) {
            return false;
        }
        return Arrays.equals(Arrays.copyOf(bytes(), prefix.size()), prefix.bytes());
    }
}
