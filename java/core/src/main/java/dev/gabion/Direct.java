package dev.gabion;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;

/** Addresses of the direct buffers that callers pass in. */
final class Direct {
    private Direct() {}

    /** Where the buffer's remaining bytes are. */
    static long address(ByteBuffer buffer) {
        if (!buffer.isDirect()) {
            throw new IllegalArgumentException("a heap buffer where a direct one is needed; pass its bytes as byte[]");
        }
        return Native.bufferAddress(buffer) + buffer.position();
    }

    /** The same, for a buffer that is written to. */
    static long writableAddress(ByteBuffer buffer) {
        if (buffer.isReadOnly()) {
            throw new ReadOnlyBufferException();
        }
        return address(buffer);
    }
}
