package org.apache.flink.contrib.streaming.state;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;
import org.apache.flink.core.memory.DataInputView;

/** A part of an array that serializers read from. One thread at a time. */
final class ByteInput implements DataInputView {
    private static final VarHandle SHORT = bigEndian(short[].class);
    private static final VarHandle INT = bigEndian(int[].class);
    private static final VarHandle LONG = bigEndian(long[].class);

    private byte[] bytes;
    private int at;
    private int end;

    /** Makes one that reads nothing, over an array of that size. */
    ByteInput(int capacity) {
        bytes = new byte[capacity];
    }

    /** From here on it reads the bytes from {@code offset}. */
    void reset(byte[] from, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, from.length);
        bytes = from;
        at = offset;
        end = offset + length;
    }

    byte[] array() {
        return bytes;
    }

    /** The index in the array of what is read next. */
    int position() {
        return at;
    }

    int remaining() {
        return end - at;
    }

    @Override
    public void readFully(byte[] into) throws IOException {
        readFully(into, 0, into.length);
    }

    @Override
    public void readFully(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        System.arraycopy(bytes, take(length), into, offset, length);
    }

    @Override
    public int read(byte[] into) {
        return read(into, 0, into.length);
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        int part = Math.min(length, remaining());
        if (part == 0) {
            return -1;
        }
        System.arraycopy(bytes, at, into, offset, part);
        at += part;
        return part;
    }

    @Override
    public int skipBytes(int count) {
        int part = Math.max(0, Math.min(count, remaining()));
        at += part;
        return part;
    }

    @Override
    public void skipBytesToRead(int count) throws IOException {
        take(count);
    }

    @Override
    public boolean readBoolean() throws IOException {
        return readByte() != 0;
    }

    @Override
    public byte readByte() throws IOException {
        return bytes[take(1)];
    }

    @Override
    public int readUnsignedByte() throws IOException {
        return readByte() & 0xff;
    }

    @Override
    public short readShort() throws IOException {
        return (short) SHORT.get(bytes, take(Short.BYTES));
    }

    @Override
    public int readUnsignedShort() throws IOException {
        return readShort() & 0xffff;
    }

    @Override
    public char readChar() throws IOException {
        return (char) readShort();
    }

    @Override
    public int readInt() throws IOException {
        return (int) INT.get(bytes, take(Integer.BYTES));
    }

    @Override
    public long readLong() throws IOException {
        return (long) LONG.get(bytes, take(Long.BYTES));
    }

    @Override
    public float readFloat() throws IOException {
        return Float.intBitsToFloat(readInt());
    }

    @Override
    public double readDouble() throws IOException {
        return Double.longBitsToDouble(readLong());
    }

    @Override
    public String readLine() throws IOException {
        if (remaining() == 0) {
            return null;
        }
        StringBuilder line = new StringBuilder();
        while (remaining() > 0) {
            char next = (char) readUnsignedByte();
            if (next == '\n') {
                break;
            }
            if (next == '\r') {
                if (remaining() > 0 && bytes[at] == '\n') {
                    at++;
                }
                break;
            }
            line.append(next);
        }
        return line.toString();
    }

    @Override
    public String readUTF() throws IOException {
        int start = at;
        int length = Short.BYTES + readUnsignedShort();
        at = start;
        return DataInputStream.readUTF(new DataInputStream(new ByteArrayInputStream(bytes, take(length), length)));
    }

    /** Steps over {@code count} bytes; answers where they begin. */
    private int take(int count) throws EOFException {
        int from = at;
        if (count < 0 || count > end - from) {
            throw new EOFException(count + " bytes wanted where " + remaining() + " are left; the serializer reads more than was written");
        }
        at = from + count;
        return from;
    }

    private static VarHandle bigEndian(Class<?> arrays) {
        return MethodHandles.byteArrayViewVarHandle(arrays, ByteOrder.BIG_ENDIAN);
    }
}
