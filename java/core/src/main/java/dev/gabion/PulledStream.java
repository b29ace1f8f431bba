package dev.gabion;

import java.io.InputStream;
import java.lang.ref.Reference;
import java.util.Objects;

/**
 * A portable snapshot as one stream of bytes, made by {@link Backend#pullStream}. It holds the state of that moment, and
 * {@link PushedStream} makes a backend of it again. One thread at a time.
 *
 * <p>Each read crosses into native code, so read blocks of some tens of kilobytes:
 *
 * <pre>{@code
 * try (PulledStream in = backend.pullStream(id, position)) {
 *     in.transferTo(out);
 * }
 * }</pre>
 *
 * <p>What it pins takes memory and disk until it is closed. It is closed with its backend.
 */
public final class PulledStream extends InputStream {
    private final NativeHandle handle;
    /** Keeps the backend from being collected, and closed with it what is still in use. */
    private final Backend backend;

    PulledStream(Backend backend, long address) {
        this.backend = backend;
        handle = NativeHandle.own(this, backend.handle, "stream", address, Native::pulledStreamFree);
    }

    /**
     * Reads one byte. For blocks there is {@link #read(byte[], int, int)}.
     *
     * @return the byte, 0 to 255, or -1 at the end
     * @throws IllegalStateException if the stream is closed, or another thread is using it
     * @throws GabionException if reading the rows fails
     */
    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    /**
     * Reads bytes into all of {@code block}, as {@link #read(byte[], int, int)} does.
     *
     * @param block where they go
     * @return how many were read, or -1 at the end
     */
    @Override
    public int read(byte[] block) {
        return read(block, 0, block.length);
    }

    /**
     * Reads the next bytes, in one native call.
     *
     * @param block where they go
     * @param offset where in it
     * @param length how many at most
     * @return how many were read, at least one unless {@code length} is 0; or -1 at the end
     * @throws IllegalStateException if the stream is closed, or another thread is using it
     * @throws GabionException if reading the rows fails
     */
    @Override
    public int read(byte[] block, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, block.length);
        Exchange exchange = Exchange.ofThread();
        long stream = handle.pinAlone();
        try {
            if (length == 0) {
                return 0;
            }
            int room = Math.min(length, exchange.capacity);
            int read = (int) exchange.check(Native.pulledStreamRead(stream, exchange.address, exchange.payload, room));
            exchange.copyOut(0, block, offset, read);
            return read == 0 ? -1 : read;
        } finally {
            handle.unpin();
            Reference.reachabilityFence(exchange.buffer);
            Reference.reachabilityFence(backend);
        }
    }

    @Override
    public void close() {
        handle.close();
    }
}
