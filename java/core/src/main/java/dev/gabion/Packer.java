package dev.gabion;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes the arguments of a cold call into one array: little-endian numbers, and bytes with their length in front. */
final class Packer {
    private ByteBuffer bytes = ByteBuffer.allocate(128).order(ByteOrder.LITTLE_ENDIAN);

    Packer putInt(int value) {
        room(Integer.BYTES).putInt(value);
        return this;
    }

    Packer putLong(long value) {
        room(Long.BYTES).putLong(value);
        return this;
    }

    Packer putBytes(byte[] value) {
        putInt(value.length);
        room(value.length).put(value);
        return this;
    }

    Packer putText(String value) {
        return putBytes(value.getBytes(StandardCharsets.UTF_8));
    }

    /** A length of -1 stands for null. */
    Packer putOptional(byte[] value) {
        return value == null ? putInt(-1) : putBytes(value);
    }

    byte[] toBytes() {
        byte[] packed = new byte[bytes.position()];
        bytes.flip();
        bytes.get(packed);
        return packed;
    }

    private ByteBuffer room(int needed) {
        if (bytes.remaining() < needed) {
            int capacity = Math.max(Math.addExact(bytes.position(), needed), bytes.capacity() * 2);
            ByteBuffer larger = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
            bytes.flip();
            bytes = larger.put(bytes);
        }
        return bytes;
    }
}
