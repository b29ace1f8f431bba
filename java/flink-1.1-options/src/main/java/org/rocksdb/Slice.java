package org.rocksdb;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes in an array. */
public class Slice extends AbstractSlice<byte[]> {
    private final byte[] bytes;

    /**
     * Makes a slice of a text.
     *
     * @param str the text, which is kept in UTF-8
     */
    public Slice(String str) {
        this(str.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Makes a slice of a copy of the end of an array.
     *
     * @param data the array
     * @param offset where the slice begins
     */
    public Slice(byte[] data, int offset) {
        this.bytes = Arrays.copyOfRange(data, offset, data.length);
    }

    /**
     * Makes a slice of a copy of an array.
     *
     * @param data the array
     */
    public Slice(byte[] data) {
        this(data, 0);
    }

    @Override
    public byte[] data() {
        return bytes();
    }

    @Override
    byte[] bytes() {
        return bytes.clone();
    }
}
