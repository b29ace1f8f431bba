package dev.gabion;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/**
 * A list of writes to the families of one backend, applied by {@link Backend#write} together or not at all. One thread at
 * a time.
 *
 * <p>The first family that it names binds it to a backend, until {@link #clear}. Methods with {@link ByteBuffer} take
 * direct buffers only, use their remaining bytes in place, and move neither position nor limit.
 */
public final class Batch implements AutoCloseable {
    final NativeHandle handle;

    /** Makes an empty batch. */
    public Batch() {
        handle = NativeHandle.own(this, null, "batch", Native.batchNew(), Native::batchFree);
    }

    /**
     * Adds the writing of a row.
     *
     * @param family where
     * @param key any bytes
     * @param value any bytes
     * @return this
     */
    public Batch put(ColumnFamily family, byte[] key, byte[] value) {
        return add(PUT, family, key, value);
    }

    /**
     * Adds the writing of a row.
     *
     * @param family where
     * @param key a direct buffer
     * @param value a direct buffer
     * @return this
     */
    public Batch put(ColumnFamily family, ByteBuffer key, ByteBuffer value) {
        return add(PUT, family, key, value);
    }

    /**
     * Adds a merge.
     *
     * @param family where
     * @param key any bytes
     * @param operand bytes that fit the family's merge kind
     * @return this
     */
    public Batch merge(ColumnFamily family, byte[] key, byte[] operand) {
        return add(MERGE, family, key, operand);
    }

    /**
     * Adds a merge.
     *
     * @param family where
     * @param key a direct buffer
     * @param operand a direct buffer with bytes that fit the family's merge kind
     * @return this
     */
    public Batch merge(ColumnFamily family, ByteBuffer key, ByteBuffer operand) {
        return add(MERGE, family, key, operand);
    }

    /**
     * Adds the deletion of a row.
     *
     * @param family where
     * @param key any bytes
     * @return this
     */
    public Batch delete(ColumnFamily family, byte[] key) {
        return add(DELETE, family, key, NOTHING);
    }

    /**
     * Adds the deletion of a row.
     *
     * @param family where
     * @param key a direct buffer
     * @return this
     */
    public Batch delete(ColumnFamily family, ByteBuffer key) {
        return add(DELETE, family, key, null);
    }

    /**
     * Adds the deletion of the rows in {@code from <= key < to}.
     *
     * @param family where
     * @param from the smallest key to delete
     * @param to the smallest key to keep
     * @return this
     */
    public Batch deleteRange(ColumnFamily family, byte[] from, byte[] to) {
        return add(DELETE_RANGE, family, from, to);
    }

    /**
     * Forgets all writes; the batch may then be used for another backend.
     *
     * @return this
     */
    public Batch clear() {
        long batch = handle.pinAlone();
        try {
            Native.batchClear(batch);
            return this;
        } finally {
            handle.unpin();
        }
    }

    /**
     * Returns the number of writes in it.
     *
     * @return a count
     */
    public long count() {
        long batch = handle.pinAlone();
        try {
            return Native.batchCount(batch);
        } finally {
            handle.unpin();
        }
    }

    @Override
    public void close() {
        handle.close();
    }

    /** The kinds of write, as {@code src/jni/batch.rs} numbers them. */
    private static final int PUT = 0;
    private static final int MERGE = 1;
    private static final int DELETE = 2;
    private static final int DELETE_RANGE = 3;

    private static final byte[] NOTHING = {};

    private Batch add(int write, ColumnFamily family, byte[] first, byte[] second) {
        Exchange exchange = family.backend.exchange((long) first.length + second.length);
        exchange.stage(first, second);
        long at = exchange.payload;
        try {
            return add(write, family, exchange, at, first.length, at + first.length, second.length);
        } finally {
            Reference.reachabilityFence(exchange.buffer);
        }
    }

    private Batch add(int write, ColumnFamily family, ByteBuffer first, ByteBuffer second) {
        Exchange exchange = family.backend.exchange(0);
        long secondAt = second == null ? exchange.payload : Direct.address(second);
        int secondLength = second == null ? 0 : second.remaining();
        try {
            return add(write, family, exchange, Direct.address(first), first.remaining(), secondAt, secondLength);
        } finally {
            Reference.reachabilityFence(exchange.buffer);
            Reference.reachabilityFence(first);
            Reference.reachabilityFence(second);
        }
    }

    private Batch add(
            int write, ColumnFamily family, Exchange exchange, long first, int firstLength, long second, int secondLength) {
        long batch = handle.pinAlone();
        try {
            long pinned = family.handle.pin();
            try {
                exchange.check(Native.batchAdd(
                        batch, pinned, exchange.address, write, first, firstLength, second, secondLength));
                return this;
            } finally {
                family.handle.unpin();
            }
        } finally {
            handle.unpin();
        }
    }
}
