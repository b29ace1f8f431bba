package org.rocksdb;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Bytes in a direct buffer, which is shared with whoever made it. */
public class DirectSlice extends AbstractSlice<ByteBuffer> {
    /** A slice without bytes. */
    public static final DirectSlice NONE = new DirectSlice(ByteBuffer.allocateDirect(0));

    private ByteBuffer bytes;

    /**
     * Makes a slice of a text.
     *
     * @param str the text, which is kept in UTF-8
     */
    public DirectSlice(String str) {
        byte[] text = str.getBytes(StandardCharsets.UTF_8);
        this.bytes = ByteBuffer.allocateDirect(text.length).put(text).flip();
    }

    /**
     * Makes a slice of the beginning of a buffer.
     *
     * @param data a direct buffer
     * @param length the number of bytes, from its beginning
     * @throws IllegalArgumentException if the buffer is not direct
     */
    public DirectSlice(ByteBuffer data, int length) {
        if (!data.isDirect()) {
            throw new IllegalArgumentException("the buffer is on the heap; give a direct one, or make a Slice");
        }
        this.bytes = part(data, 0, length);
    }

    /**
     * Makes a slice of all of a buffer, whatever its position.
     *
     * @param data a direct buffer
     * @throws IllegalArgumentException if the buffer is not direct
     */
    public DirectSlice(ByteBuffer data) {
        this(data, data.capacity());
    }

    private static ByteBuffer part(ByteBuffer of, int from, int to) {
        ByteBuffer all = of.duplicate();
        all.clear().limit(to).position(from);
        return all.slice();
    }

    @Override
    public ByteBuffer data() {
        return bytes.duplicate();
    }

    @Override
    byte[] bytes() {
        byte[] copy = new byte[bytes.limit()];
        bytes.duplicate().get(copy);
        return copy;
    }

    /**
     * Returns one byte.
     *
     * @param offset its place
     * @return the byte
     */
    public byte get(int offset) {
        return bytes.get(offset);
    }

    /** Leaves no bytes in this slice. */
    public void clear() {
        bytes = part(bytes, 0, 0);
    }

    /**
     * Leaves the first bytes out.
     *
     * @param n how many
     */
    public void removePrefix(int n) {
        bytes = part(bytes, n, bytes.limit());
    }
}
