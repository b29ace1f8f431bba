package dev.gabion;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Reads what a cold call answered; the counterpart of {@link Packer}. */
final class Unpacker {
    private final ByteBuffer bytes;

    Unpacker(byte[] packed) {
        this.bytes = ByteBuffer.wrap(packed).order(ByteOrder.LITTLE_ENDIAN);
    }

    int getInt() {
        return bytes.getInt();
    }

    long getLong() {
        return bytes.getLong();
    }

    byte[] getBytes() {
        byte[] value = new byte[getInt()];
        bytes.get(value);
        return value;
    }

    String getText() {
        return new String(getBytes(), StandardCharsets.UTF_8);
    }

    /** The bytes, or null. */
    byte[] getOptional() {
        int length = getInt();
        if (length < 0) {
            return null;
        }
        byte[] value = new byte[length];
        bytes.get(value);
        return value;
    }
}
