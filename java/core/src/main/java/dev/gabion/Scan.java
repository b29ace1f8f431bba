package dev.gabion;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * A walk over the rows of one family, as they were when it began. One thread at a time.
 *
 * <p>Either as a cursor, without an object per row:
 *
 * <pre>{@code
 * try (Scan scan = family.scan(ScanRange.all())) {
 *     while (scan.next()) {
 *         use(scan.key(), scan.value());
 *     }
 * }
 * }</pre>
 *
 * or, once, as {@code for (Row row : scan)}. Rows are fetched in blocks that grow, so that a short scan costs little.
 */
public final class Scan implements AutoCloseable, Iterable<Row> {
    private static final int FIRST_BLOCK = 4 << 10;
    private static final int LARGEST_BLOCK = 256 << 10;
    private static final int ROW_HEADER = 8;

    private final NativeHandle handle;
    private final Backend backend;

    private ByteBuffer block = ByteBuffer.allocate(0);
    private int blockSize = FIRST_BLOCK;
    private int rowsLeft;
    private int rowEnd;
    private int keyAt;
    private int keyLength = -1;
    private int valueLength;
    private boolean done;
    private boolean iterated;

    Scan(ColumnFamily family, long address) {
        this.backend = family.backend;
        this.handle = NativeHandle.own(this, backend.handle, "scan", address, Native::scanFree);
    }

    /**
     * Moves to the next row; to the first one at the beginning.
     *
     * @return false if there is none
     */
    public boolean next() {
        long scan = handle.pinAlone();
        try {
            if (rowsLeft == 0 && !(fill(scan) && rowsLeft > 0)) {
                keyLength = -1;
                return false;
            }
            rowsLeft--;
            keyLength = block.getInt(rowEnd);
            valueLength = block.getInt(rowEnd + Integer.BYTES);
            keyAt = rowEnd + ROW_HEADER;
            rowEnd = keyAt + keyLength + valueLength;
            return true;
        } finally {
            handle.unpin();
        }
    }

    /**
     * Returns the present row's key.
     *
     * @return an array of the caller's own
     * @throws NoSuchElementException before the first and after the last row
     */
    public byte[] key() {
        byte[] key = new byte[present(keyLength)];
        System.arraycopy(block.array(), keyAt, key, 0, key.length);
        return key;
    }

    /**
     * Returns the present row's value.
     *
     * @return an array of the caller's own
     * @throws NoSuchElementException before the first and after the last row
     */
    public byte[] value() {
        byte[] value = new byte[present(valueLength)];
        System.arraycopy(block.array(), keyAt + keyLength, value, 0, value.length);
        return value;
    }

    /**
     * Copies the present row's key.
     *
     * @param into where it goes, from index 0; left alone if the key is longer
     * @return the key's full length
     * @throws NoSuchElementException before the first and after the last row
     */
    public int key(byte[] into) {
        return copy(keyAt, present(keyLength), into);
    }

    /**
     * Copies the present row's value.
     *
     * @param into where it goes, from index 0; left alone if the value is longer
     * @return the value's full length
     * @throws NoSuchElementException before the first and after the last row
     */
    public int value(byte[] into) {
        return copy(keyAt + keyLength, present(valueLength), into);
    }

    /**
     * Returns the rows that {@link #next()} has not come to yet, once.
     *
     * @return an iterator that shares this scan's position
     * @throws IllegalStateException if called again
     */
    @Override
    public Iterator<Row> iterator() {
        if (iterated) {
            throw new IllegalStateException("a scan can be iterated once; start another one");
        }
        iterated = true;
        return new Rows();
    }

    @Override
    public void close() {
        handle.close();
    }

    /** Fetches the next block; false when no rows are left. */
    private boolean fill(long scan) {
        long size = blockSize;
        while (!done) {
            Exchange exchange = backend.exchange(ANSWER + size);
            try {
                long at = exchange.payload + ANSWER;
                int rows = (int) exchange.check(Native.scanFill(scan, exchange.address, at, (int) size));
                int bytes = exchange.getInt(0);
                done = exchange.getInt(Integer.BYTES) != 0;
                if (rows > 0) {
                    take(exchange, bytes);
                    rowsLeft = rows;
                    blockSize = Math.min(LARGEST_BLOCK, blockSize * 4);
                    return true;
                }
                size = Math.max(size, Integer.toUnsignedLong(exchange.getInt(2 * Integer.BYTES)));
            } finally {
                Reference.reachabilityFence(exchange.buffer);
            }
        }
        return false;
    }

    /** How many bytes {@code scanFill} answers in front of the block: bytes written, done, bytes needed. */
    private static final int ANSWER = 16;

    private void take(Exchange exchange, int bytes) {
        if (block.capacity() < bytes) {
            block = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }
        exchange.copyOut(ANSWER, block.array(), bytes);
        rowEnd = 0;
    }

    private int present(int length) {
        handle.checkOpen();
        if (keyLength < 0) {
            throw new NoSuchElementException("the scan is before its first row or after its last one");
        }
        return length;
    }

    private int copy(int at, int length, byte[] into) {
        if (length <= into.length) {
            System.arraycopy(block.array(), at, into, 0, length);
        }
        return length;
    }

    private final class Rows implements Iterator<Row> {
        private boolean known;
        private boolean more;

        @Override
        public boolean hasNext() {
            if (!known) {
                more = Scan.this.next();
                known = true;
            }
            return more;
        }

        @Override
        public Row next() {
            if (!hasNext()) {
                throw new NoSuchElementException("no rows are left");
            }
            known = false;
            return new Row(key(), value());
        }
    }
}
