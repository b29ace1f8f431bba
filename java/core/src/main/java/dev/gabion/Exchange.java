package dev.gabion;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A thread's direct buffer, through which keys and values cross the border in calls that touch no Java object.
 *
 * <p>It starts with a header: its own address, its capacity, and the length of the message of a failed call, which is
 * written behind the header. A backend remembers the exchange of its owner, the thread that wrote last, to spare it the
 * look-up; no other thread ever uses that one.
 */
final class Exchange {
    static final int HEADER = 16;

    private static final int INITIAL = 64 << 10;
    /** Larger buffers serve one call only. */
    private static final int KEPT = 16 << 20;
    private static final int CAPACITY_AT = 8;
    private static final int MESSAGE_LENGTH_AT = 12;

    /** Holds a class of the JDK only, so that a thread does not keep this library's class loader alive. */
    private static final ThreadLocal<ByteBuffer> BUFFERS = new ThreadLocal<>();

    final Thread thread;
    final ByteBuffer buffer;
    /** Where the buffer is. */
    final long address;
    /** Where the bytes behind the header are. */
    final long payload;
    /** How many bytes there are behind the header. */
    final int capacity;

    private Exchange(ByteBuffer buffer) {
        this.thread = Thread.currentThread();
        this.buffer = buffer;
        this.address = buffer.getLong(0);
        this.payload = address + HEADER;
        this.capacity = buffer.capacity() - HEADER;
    }

    /** The calling thread's own. */
    static Exchange ofThread() {
        ByteBuffer buffer = BUFFERS.get();
        if (buffer == null) {
            buffer = allocate(INITIAL);
            BUFFERS.set(buffer);
        }
        return new Exchange(buffer);
    }

    /** A larger one, kept for the calling thread if it is not too large for that. */
    static Exchange larger(long needed) {
        if (needed > Integer.MAX_VALUE - HEADER) {
            throw new GabionException(
                    GabionException.Code.UNSUPPORTED,
                    "a call that moves " + needed + " bytes; Java's buffers hold less than 2 GiB, so keep rows below that");
        }
        int size = (int) needed + HEADER;
        if (size > KEPT) {
            return new Exchange(allocate(size));
        }
        ByteBuffer buffer = allocate(Math.max(INITIAL, Integer.highestOneBit(size - 1) << 1));
        BUFFERS.set(buffer);
        return new Exchange(buffer);
    }

    private static ByteBuffer allocate(int size) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
        return buffer.putLong(0, Native.bufferAddress(buffer)).putInt(CAPACITY_AT, size);
    }

    boolean isKept() {
        return buffer.capacity() <= KEPT;
    }

    void stage(byte[] bytes) {
        buffer.position(HEADER);
        buffer.put(bytes);
    }

    void stage(byte[] bytes, int at, int length) {
        buffer.position(HEADER);
        buffer.put(bytes, at, length);
    }

    void stage(byte[] first, byte[] second) {
        buffer.position(HEADER);
        buffer.put(first).put(second);
    }

    /** Copies as many of the bytes in as fit; answers how many. */
    int stagePart(byte[] bytes, int at, int length) {
        int part = Math.min(length, capacity);
        buffer.position(HEADER);
        buffer.put(bytes, at, part);
        return part;
    }

    /** Copies bytes out; {@code at} counts from the end of the header. */
    void copyOut(int at, byte[] into, int length) {
        copyOut(at, into, 0, length);
    }

    void copyOut(int at, byte[] into, int intoAt, int length) {
        buffer.position(HEADER + at);
        buffer.get(into, intoAt, length);
    }

    int getInt(int at) {
        return buffer.getInt(HEADER + at);
    }

    /** Answers a call's status if it is no failure. */
    long check(long status) {
        if (status < -1) {
            throw failure(status);
        }
        return status;
    }

    /** The failure that a call answered; {@code src/jni/raw.rs} writes it. */
    private RuntimeException failure(long status) {
        byte[] message = new byte[buffer.getInt(MESSAGE_LENGTH_AT)];
        copyOut(0, message, message.length);
        return GabionException.of((int) (-1 - status), new String(message, StandardCharsets.UTF_8));
    }
}
