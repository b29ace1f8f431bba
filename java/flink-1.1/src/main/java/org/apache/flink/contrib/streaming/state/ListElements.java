package org.apache.flink.contrib.streaming.state;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/**
 * The layout of list values: operands with one comma between them, each the length of the element (a varint: seven bits a
 * byte, lowest first, the high bit says that more follow) and the element's bytes.
 *
 * <p>RocksDB writes the commas when it appends operand to operand. The reader goes by the lengths, so that elements may have
 * any bytes, or none.
 */
final class ListElements {
    static final char DELIMITER = ',';

    private ListElements() {}

    /** Appends the operand for {@code element}. */
    static <V> void append(TypeSerializer<V> serializer, V element, ByteOutput out) throws IOException {
        int start = out.length();
        out.write(0);
        serializer.serialize(element, out);
        int length = out.length() - start - 1;
        if (length < 0x80) {
            out.set(start, length);
            return;
        }
        int more = sizeOfVarint(length) - 1;
        out.insert(start, more);
        int at = start;
        for (int left = length; ; left >>>= 7) {
            out.set(at++, left < 0x80 ? left : left & 0x7f | 0x80);
            if (left < 0x80) {
                return;
            }
        }
    }

    /** Appends the operand for an element that is serialized already. */
    static void appendBytes(byte[] element, int offset, int length, ByteOutput out) throws IOException {
        int left = length;
        for (; left >= 0x80; left >>>= 7) {
            out.write(left & 0x7f | 0x80);
        }
        out.write(left);
        out.write(element, offset, length);
    }

    /** What is told of each element. */
    interface Visitor {
        /** The element's bytes are {@code length} bytes of the value, from {@code offset}. */
        void element(int offset, int length) throws IOException;
    }

    /** Reads the elements of a value, the first {@code length} bytes of {@code value}. */
    static <V> List<V> read(TypeSerializer<V> serializer, byte[] value, int length, ByteInput in) throws IOException {
        List<V> elements = new ArrayList<>();
        forEach(value, length, (offset, size) -> {
            in.reset(value, offset, size);
            elements.add(serializer.deserialize(in));
        });
        return elements;
    }

    /** Visits the elements of a value, the first {@code length} bytes of {@code value}, in the order in which they were added. */
    static void forEach(byte[] value, int length, Visitor visitor) throws IOException {
        int at = 0;
        do {
            if (at > 0 && value[at++] != DELIMITER) {
                throw broken("no comma", at - 1, length);
            }
            long size = 0;
            int shift = 0;
            byte next;
            do {
                if (at >= length || shift > 28) {
                    throw broken("no element's length", at, length);
                }
                next = value[at++];
                size |= (long) (next & 0x7f) << shift;
                shift += 7;
            } while (next < 0);
            if (size > length - at) {
                throw broken("an element of " + size + " bytes", at, length);
            }
            visitor.element(at, (int) size);
            at += (int) size;
        } while (at < length);
    }

    private static int sizeOfVarint(int value) {
        return (Integer.SIZE - Integer.numberOfLeadingZeros(value) + 6) / 7;
    }

    private static IOException broken(String found, int at, int length) {
        return new IOException(
                "the bytes of a list value are not what was written: " + found + " at " + at + " of " + length);
    }
}
