package dev.gabion;

import java.io.OutputStream;
import java.lang.ref.Reference;
import java.util.Objects;

/**
 * A restore from the bytes of a {@link PulledStream}, which may come in pieces of any size. One thread at a time.
 *
 * <pre>{@code
 * try (PushedStream out = PushedStream.open(options, null, KeyRange.all())) {
 *     in.transferTo(out);
 *     backend = out.finish();
 * }
 * }</pre>
 *
 * <p>Closed before {@link #finish}, it leaves nothing behind.
 */
public final class PushedStream extends OutputStream {
    private final NativeHandle handle;

    private PushedStream(long address) {
        handle = NativeHandle.own(this, null, "stream", address, Native::pushedStreamFree);
    }

    /**
     * Begins a restore, in a new scratch directory.
     *
     * @param options settings of the backend; those of the families come from the stream
     * @param budget shared with other backends, or null for memory of its own
     * @param range the keys to keep
     * @return the stream to write to; the caller closes it
     * @throws GabionException if an option is wrong or the directory cannot be made
     */
    public static PushedStream open(Options options, Budget budget, KeyRange range) {
        byte[] request = range.pack(new Packer().putBytes(options.packed())).toBytes();
        long pinned = budget == null ? 0 : budget.pin();
        try {
            return new PushedStream(Native.pushedStreamOpen(request, pinned));
        } finally {
            if (budget != null) {
                budget.unpin();
            }
        }
    }

    /**
     * Takes one byte. For blocks there is {@link #write(byte[], int, int)}.
     *
     * @param one the byte, in the lowest eight bits
     */
    @Override
    public void write(int one) {
        write(new byte[] {(byte) one}, 0, 1);
    }

    /**
     * Takes the next bytes, as {@link #write(byte[], int, int)} does.
     *
     * @param bytes all of them
     */
    @Override
    public void write(byte[] bytes) {
        write(bytes, 0, bytes.length);
    }

    /**
     * Takes the next bytes of the stream. After a failure every later call fails as well.
     *
     * @param bytes where they are
     * @param offset where in it
     * @param length how many
     * @throws IllegalStateException if the stream is finished or closed, or another thread is using it
     * @throws GabionException with {@code CORRUPTION} if they are not what a {@link PulledStream} wrote
     */
    @Override
    public void write(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        Exchange exchange = Exchange.ofThread();
        long stream = handle.pinAlone();
        try {
            for (int at = offset; at < offset + length; ) {
                int part = exchange.stagePart(bytes, at, offset + length - at);
                exchange.check(Native.pushedStreamWrite(stream, exchange.address, exchange.payload, part));
                at += part;
            }
        } finally {
            handle.unpin();
            Reference.reachabilityFence(exchange.buffer);
        }
    }

    /**
     * Opens the backend, once the whole stream was written; and closes this stream, whether that succeeds or fails.
     *
     * @return the backend; the caller closes it, and its {@link Backend#restoredFrom} has one entry, numbered 0
     * @throws IllegalStateException if the stream is finished or closed, or another thread is using it
     * @throws GabionException with {@code CORRUPTION} if the stream breaks off
     */
    public Backend finish() {
        long stream = handle.pinAlone();
        try {
            return Backend.restored(Native.pushedStreamFinish(stream));
        } finally {
            handle.unpin();
            handle.close();
        }
    }

    @Override
    public void close() {
        handle.close();
    }
}
