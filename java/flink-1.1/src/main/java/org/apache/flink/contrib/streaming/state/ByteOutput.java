package org.apache.flink.contrib.streaming.state;

import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** A growing array that serializers write to, for keys and values on the way to a column family. One thread at a time. */
final class ByteOutput implements DataOutputView {
    private static final VarHandle SHORT = bigEndian(short[].class);
    private static final VarHandle CHAR = bigEndian(char[].class);
    private static final VarHandle INT = bigEndian(int[].class);
    private static final VarHandle LONG = bigEndian(long[].class);
    private static final int LARGEST = Integer.MAX_VALUE - 8;

    private byte[] bytes;
    private int length;

    ByteOutput(int capacity) {
        bytes = new byte[capacity];
    }

    /** What was written: the first {@link #length()} bytes; the next write may move it. */
    byte[] array() {
        return bytes;
    }

    int length() {
        return length;
    }

    int capacity() {
        return bytes.length;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    /** Takes back what was written behind {@code newLength}. */
    void truncate(int newLength) {
        length = Objects.checkIndex(newLength, length + 1);
    }

    /** Makes a gap of {@code size} bytes at {@code at}, by moving what is behind it. */
    void insert(int at, int size) throws IOException {
        int end = room(size);
        System.arraycopy(bytes, at, bytes, at + size, end - at);
    }

    void set(int at, int value) {
        bytes[at] = (byte) value;
    }

    @Override
    public void write(int value) throws IOException {
        int at = room(1);
        bytes[at] = (byte) value;
    }

    @Override
    public void write(byte[] from) throws IOException {
        write(from, 0, from.length);
    }

    @Override
    public void write(byte[] from, int offset, int size) throws IOException {
        Objects.checkFromIndexSize(offset, size, from.length);
        int at = room(size);
        System.arraycopy(from, offset, bytes, at, size);
    }

    @Override
    public void writeBoolean(boolean value) throws IOException {
        write(value ? 1 : 0);
    }

    @Override
    public void writeByte(int value) throws IOException {
        write(value);
    }

    @Override
    public void writeShort(int value) throws IOException {
        int at = room(Short.BYTES);
        SHORT.set(bytes, at, (short) value);
    }

    @Override
    public void writeChar(int value) throws IOException {
        int at = room(Character.BYTES);
        CHAR.set(bytes, at, (char) value);
    }

    @Override
    public void writeInt(int value) throws IOException {
        int at = room(Integer.BYTES);
        INT.set(bytes, at, value);
    }

    @Override
    public void writeLong(long value) throws IOException {
        int at = room(Long.BYTES);
        LONG.set(bytes, at, value);
    }

    @Override
    public void writeFloat(float value) throws IOException {
        writeInt(Float.floatToIntBits(value));
    }

    @Override
    public void writeDouble(double value) throws IOException {
        writeLong(Double.doubleToLongBits(value));
    }

    @Override
    public void writeBytes(String text) throws IOException {
        for (int i = 0; i < text.length(); i++) {
            write(text.charAt(i));
        }
    }

    @Override
    public void writeChars(String text) throws IOException {
        for (int i = 0; i < text.length(); i++) {
            writeChar(text.charAt(i));
        }
    }

    /** As {@link java.io.DataOutput#writeUTF} describes: two bytes of length, then modified UTF-8. */
    @Override
    public void writeUTF(String text) throws IOException {
        int start = length;
        writeShort(0);
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (unit >= 1 && unit <= 0x7f) {
                write(unit);
            } else if (unit <= 0x7ff) {
                writeShort((0xc0 | unit >> 6) << 8 | 0x80 | unit & 0x3f);
            } else {
                write(0xe0 | unit >> 12);
                writeShort((0x80 | unit >> 6 & 0x3f) << 8 | 0x80 | unit & 0x3f);
            }
        }
        int size = length - start - Short.BYTES;
        if (size > 0xffff) {
            length = start;
            throw new UTFDataFormatException("a text of " + size + " bytes; writeUTF takes at most 65535");
        }
        SHORT.set(bytes, start, (short) size);
    }

    @Override
    public void skipBytesToWrite(int size) throws IOException {
        if (size < 0) {
            throw new IllegalArgumentException("a gap of " + size + " bytes");
        }
        int at = room(size);
        Arrays.fill(bytes, at, at + size, (byte) 0);
    }

    @Override
    public void write(DataInputView source, int size) throws IOException {
        int at = room(size);
        try {
            source.readFully(bytes, at, size);
        } catch (EOFException e) {
            length = at;
            throw e;
        }
    }

    /** Takes {@code size} bytes; answers where they begin. */
    private int room(int size) throws IOException {
        int at = length;
        int end = at + size;
        if (end < 0 || end > bytes.length) {
            grow(at, size);
        }
        length = end;
        return at;
    }

    private void grow(int at, int size) throws IOException {
        long needed = (long) at + size;
        if (needed > LARGEST) {
            throw new IOException(
                    "a key and value of more than " + LARGEST + " bytes; keep less under one key, in several smaller values");
        }
        bytes = Arrays.copyOf(bytes, (int) Math.min(LARGEST, Math.max(needed, bytes.length * 2L)));
    }

    private static VarHandle bigEndian(Class<?> arrays) {
        return MethodHandles.byteArrayViewVarHandle(arrays, ByteOrder.BIG_ENDIAN);
    }
}
