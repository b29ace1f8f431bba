package dev.gabion;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The rows of one state. Any number of threads may read; writes are a writer's calls, as {@link Backend} says.
 *
 * <p>Keys and values are bytes, in unsigned byte order. Methods with {@link ByteBuffer} take direct buffers only, use
 * their remaining bytes in place, and move neither position nor limit; nobody may change or free their memory meanwhile.
 * The family is closed with its backend.
 */
public final class ColumnFamily {
    final NativeHandle handle;
    final Backend backend;

    ColumnFamily(Backend backend, long address) {
        this.backend = backend;
        this.handle = NativeHandle.own(this, backend.handle, "column family", address, Native::columnFamilyFree);
    }

    /**
     * Returns the name.
     *
     * @return the name it was made with, an array of the caller's own
     */
    public byte[] name() {
        long family = handle.pin();
        try {
            return Native.columnFamilyName(family);
        } finally {
            handle.unpin();
        }
    }

    /**
     * Returns the host's descriptor.
     *
     * @return an array of the caller's own
     */
    public byte[] descriptor() {
        long family = handle.pin();
        try {
            return Native.columnFamilyDescriptor(family);
        } finally {
            handle.unpin();
        }
    }

    /**
     * Replaces the descriptor; later snapshots carry the new one. A writer's call.
     *
     * @param descriptor any bytes, opaque to Gabion
     */
    public void setDescriptor(byte[] descriptor) {
        Objects.requireNonNull(descriptor, "descriptor");
        long family = handle.pin();
        try {
            Native.columnFamilySetDescriptor(family, descriptor);
        } finally {
            handle.unpin();
        }
    }

    /**
     * Reads a row.
     *
     * @param key any bytes
     * @return the value, or null if there is none
     */
    public byte[] get(byte[] key) {
        Exchange exchange = backend.exchange(key.length);
        long family = handle.pin();
        try {
            while (true) {
                exchange.stage(key);
                int room = exchange.capacity - key.length;
                long length = exchange.check(Native.columnFamilyGet(
                        family, exchange.address, exchange.payload, key.length, exchange.payload + key.length, room));
                if (length < 0) {
                    return null;
                }
                if (length <= room) {
                    byte[] value = new byte[(int) length];
                    exchange.copyOut(key.length, value, value.length);
                    return value;
                }
                exchange = backend.exchange(key.length + length);
            }
        } finally {
            handle.unpin();
            Reference.reachabilityFence(exchange.buffer);
        }
    }

    /**
     * Reads a row into the caller's array.
     *
     * @param key any bytes
     * @param into where the value goes, from index 0; left alone if the value is longer
     * @return the value's full length, or -1 if there is none
     */
    public int get(byte[] key, byte[] into) {
        return get(key, 0, key.length, into);
    }

    /**
     * Reads a row, by a key that is a part of an array, into the caller's array.
     *
     * @param key where the key is
     * @param keyOffset where in it
     * @param keyLength how many bytes
     * @param into where the value goes, from index 0; left alone if the value is longer; may be the key's array
     * @return the value's full length, or -1 if there is none
     */
    public int get(byte[] key, int keyOffset, int keyLength, byte[] into) {
        Objects.checkFromIndexSize(keyOffset, keyLength, key.length);
        Objects.requireNonNull(into, "into");
        // By the value's length and not the array's: hosts pass large arrays for small values.
        Exchange exchange = backend.exchange(keyLength);
        long family = handle.pin();
        try {
            while (true) {
                exchange.stage(key, keyOffset, keyLength);
                int room = exchange.capacity - keyLength;
                long length = exchange.check(Native.columnFamilyGet(
                        family, exchange.address, exchange.payload, keyLength, exchange.payload + keyLength, room));
                if (length < 0 || length > into.length) {
                    return lengthOf(length);
                }
                if (length <= room) {
                    exchange.copyOut(keyLength, into, (int) length);
                    return (int) length;
                }
                exchange = backend.exchange(keyLength + length);
            }
        } finally {
            handle.unpin();
            Reference.reachabilityFence(exchange.buffer);
        }
    }

    /**
     * Reads a row into the caller's direct buffer.
     *
     * @param key a direct buffer
     * @param into a direct buffer that does not overlap the key's; the value goes to its position, and it is left alone if
     *     the value is longer than what remains
     * @return the value's full length, or -1 if there is none
     */
    public int get(ByteBuffer key, ByteBuffer into) {
        Exchange exchange = backend.exchange(0);
        long family = handle.pin();
        try {
            return lengthOf(exchange.check(Native.columnFamilyGet(
                    family,
                    exchange.address,
                    Direct.address(key),
                    key.remaining(),
                    Direct.writableAddress(into),
                    into.remaining())));
        } finally {
            handle.unpin();
            fence(exchange, key, into);
        }
    }

    /**
     * Says whether a row is there.
     *
     * @param key any bytes
     * @return true if it is
     */
    public boolean contains(byte[] key) {
        Exchange exchange = backend.exchange(key.length);
        long family = handle.pin();
        try {
            exchange.stage(key);
            return exchange.check(Native.columnFamilyContains(family, exchange.address, exchange.payload, key.length)) > 0;
        } finally {
            handle.unpin();
            Reference.reachabilityFence(exchange.buffer);
        }
    }

    /**
     * Says whether a row is there.
     *
     * @param key a direct buffer
     * @return true if it is
     */
    public boolean contains(ByteBuffer key) {
        Exchange exchange = backend.exchange(0);
        long family = handle.pin();
        try {
            return exchange.check(Native.columnFamilyContains(
                            family, exchange.address, Direct.address(key), key.remaining()))
                    > 0;
        } finally {
            handle.unpin();
            fence(exchange, key, key);
        }
    }

    /**
     * Reads several rows at once.
     *
     * @param keys any number of keys, none of them null
     * @return one entry per key, in their order: the value, or null if there is none
     */
    public List<byte[]> multiGet(List<byte[]> keys) {
        Packer packer = new Packer().putInt(keys.size());
        keys.forEach(packer::putBytes);
        long family = handle.pin();
        try {
            Unpacker answer = new Unpacker(Native.columnFamilyMultiGet(family, packer.toBytes()));
            List<byte[]> values = new ArrayList<>(keys.size());
            for (int left = keys.size(); left > 0; left--) {
                values.add(answer.getOptional());
            }
            return values;
        } finally {
            handle.unpin();
        }
    }

    /**
     * Writes a row, in place of an earlier value. A writer's call.
     *
     * @param key any bytes
     * @param value any bytes
     */
    public void put(byte[] key, byte[] value) {
        put(key, 0, key.length, value, 0, value.length);
    }

    /**
     * Writes a row whose key and value are parts of arrays, in place of an earlier value. A writer's call.
     *
     * @param key where the key is
     * @param keyOffset where in it
     * @param keyLength how many bytes
     * @param value where the value is; may be the key's array
     * @param valueOffset where in it
     * @param valueLength how many bytes
     */
    public void put(byte[] key, int keyOffset, int keyLength, byte[] value, int valueOffset, int valueLength) {
        Exchange exchange = staged(key, keyOffset, keyLength, value, valueOffset, valueLength);
        long family = handle.pin();
        try {
            exchange.check(Native.columnFamilyPut(
                    family, exchange.address, exchange.payload, keyLength, exchange.payload + keyLength, valueLength));
        } finally {
            handle.unpin();
            Reference.reachabilityFence(exchange.buffer);
        }
    }

    /**
     * Writes a row, in place of an earlier value. A writer's call.
     *
     * @param key a direct buffer
     * @param value a direct buffer
     */
    public void put(ByteBuffer key, ByteBuffer value) {
        Exchange exchange = backend.exchangeToWrite(0);
        long family = handle.pin();
        try {
            exchange.check(Native.columnFamilyPut(
                    family,
                    exchange.address,
                    Direct.address(key),
                    key.remaining(),
                    Direct.address(value),
                    value.remaining()));
        } finally {
            handle.unpin();
            fence(exchange, key, value);
        }
    }

    /**
     * Combines {@code operand} with the row, as the family's merge kind says. A writer's call.
     *
     * @param key any bytes
     * @param operand bytes that fit the merge kind
     * @throws GabionException if the family has no merge kind, or the operand does not fit it
     */
    public void merge(byte[] key, byte[] operand) {
        merge(key, 0, key.length, operand, 0, operand.length);
    }

    /**
     * Combines an operand with the row, as {@link #merge(byte[], byte[])} does; both are parts of arrays. A writer's call.
     *
     * @param key where the key is
     * @param keyOffset where in it
     * @param keyLength how many bytes
     * @param operand where the operand is; may be the key's array
     * @param operandOffset where in it
     * @param operandLength how many bytes
     */
    public void merge(
            byte[] key, int keyOffset, int keyLength, byte[] operand, int operandOffset, int operandLength) {
        Exchange exchange = staged(key, keyOffset, keyLength, operand, operandOffset, operandLength);
        long family = handle.pin();
        try {
            exchange.check(Native.columnFamilyMerge(
                    family, exchange.address, exchange.payload, keyLength, exchange.payload + keyLength, operandLength));
        } finally {
            handle.unpin();
            Reference.reachabilityFence(exchange.buffer);
        }
    }

    /**
     * Combines {@code operand} with the row, as the family's merge kind says. A writer's call.
     *
     * @param key a direct buffer
     * @param operand a direct buffer with bytes that fit the merge kind
     * @throws GabionException if the family has no merge kind, or the operand does not fit it
     */
    public void merge(ByteBuffer key, ByteBuffer operand) {
        Exchange exchange = backend.exchangeToWrite(0);
        long family = handle.pin();
        try {
            exchange.check(Native.columnFamilyMerge(
                    family,
                    exchange.address,
                    Direct.address(key),
                    key.remaining(),
                    Direct.address(operand),
                    operand.remaining()));
        } finally {
            handle.unpin();
            fence(exchange, key, operand);
        }
    }

    /**
     * Deletes a row; one that is not there is no error. A writer's call.
     *
     * @param key any bytes
     */
    public void delete(byte[] key) {
        delete(key, 0, key.length);
    }

    /**
     * Deletes a row by a key that is a part of an array; one that is not there is no error. A writer's call.
     *
     * @param key where the key is
     * @param offset where in it
     * @param length how many bytes
     */
    public void delete(byte[] key, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, key.length);
        Exchange exchange = backend.exchangeToWrite(length);
        long family = handle.pin();
        try {
            exchange.stage(key, offset, length);
            exchange.check(Native.columnFamilyDelete(family, exchange.address, exchange.payload, length));
        } finally {
            handle.unpin();
            Reference.reachabilityFence(exchange.buffer);
        }
    }

    /**
     * Deletes a row; one that is not there is no error. A writer's call.
     *
     * @param key a direct buffer
     */
    public void delete(ByteBuffer key) {
        Exchange exchange = backend.exchangeToWrite(0);
        long family = handle.pin();
        try {
            exchange.check(Native.columnFamilyDelete(family, exchange.address, Direct.address(key), key.remaining()));
        } finally {
            handle.unpin();
            fence(exchange, key, key);
        }
    }

    /**
     * Deletes the rows in {@code from <= key < to}; an empty or inverted range deletes nothing. A writer's call.
     *
     * @param from the smallest key to delete
     * @param to the smallest key to keep
     */
    public void deleteRange(byte[] from, byte[] to) {
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(to, "to");
        long family = handle.pin();
        try {
            Native.columnFamilyDeleteRange(family, from, to);
        } finally {
            handle.unpin();
        }
    }

    /** Deletes every row. A writer's call. */
    public void clear() {
        long family = handle.pin();
        try {
            Native.columnFamilyClear(family);
        } finally {
            handle.unpin();
        }
    }

    /**
     * Walks over the rows as they are at this instant. A writer's call, because it pins a view of its own.
     *
     * @param range keys and direction
     * @return the scan; the caller closes it
     */
    public Scan scan(ScanRange range) {
        long family = handle.pin();
        try {
            return new Scan(this, openScan(family, 0, range));
        } finally {
            handle.unpin();
        }
    }

    /**
     * Walks over the rows as they are in {@code view}; any thread.
     *
     * @param range keys and direction
     * @param view a view of the same backend
     * @return the scan; the caller closes it
     */
    public Scan scan(ScanRange range, View view) {
        long pinned = view.handle.pin();
        try {
            long family = handle.pin();
            try {
                return new Scan(this, openScan(family, pinned, range));
            } finally {
                handle.unpin();
            }
        } finally {
            view.handle.unpin();
        }
    }

    /** The exchange to write with, holding key and value. */
    private Exchange staged(
            byte[] key, int keyOffset, int keyLength, byte[] value, int valueOffset, int valueLength) {
        Objects.checkFromIndexSize(keyOffset, keyLength, key.length);
        Objects.checkFromIndexSize(valueOffset, valueLength, value.length);
        Exchange exchange = backend.exchangeToWrite((long) keyLength + valueLength);
        exchange.stage(key, keyOffset, keyLength);
        exchange.buffer.put(value, valueOffset, valueLength);
        return exchange;
    }

    private long openScan(long family, long view, ScanRange range) {
        byte[] from = range.from == null ? NO_BOUND : range.from;
        byte[] to = range.to == null ? NO_BOUND : range.to;
        long payload = (long) from.length + to.length;
        Exchange exchange = view == 0 ? backend.exchangeToWrite(payload) : backend.exchange(payload);
        exchange.stage(from, to);
        try {
            return exchange.check(Native.columnFamilyScan(
                    family,
                    view,
                    exchange.address,
                    exchange.payload,
                    range.from == null ? -1 : from.length,
                    exchange.payload + from.length,
                    range.to == null ? -1 : to.length,
                    range.backward));
        } finally {
            Reference.reachabilityFence(exchange.buffer);
        }
    }

    private static final byte[] NO_BOUND = {};

    private static int lengthOf(long length) {
        if (length > Integer.MAX_VALUE) {
            throw new GabionException(
                    GabionException.Code.UNSUPPORTED,
                    "the value has " + length + " bytes, more than a Java array or buffer can hold");
        }
        return (int) length;
    }

    private static void fence(Exchange exchange, ByteBuffer first, ByteBuffer second) {
        Reference.reachabilityFence(exchange.buffer);
        Reference.reachabilityFence(first);
        Reference.reachabilityFence(second);
    }
}
