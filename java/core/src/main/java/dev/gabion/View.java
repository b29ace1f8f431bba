package dev.gabion;

import java.lang.ref.Reference;

/**
 * The state of all families of a backend at one instant, pinned. Any number of threads; reading it never waits for a
 * writer. What it pins takes memory and disk until it is closed.
 */
public final class View implements AutoCloseable {
    final NativeHandle handle;
    private final Backend backend;

    View(Backend backend, long address) {
        this.backend = backend;
        this.handle = NativeHandle.own(this, backend.handle, "view", address, Native::viewFree);
    }

    /**
     * Reads a row as it is in the view.
     *
     * @param family a family of the same backend
     * @param key any bytes
     * @return the value, or null if there is none
     */
    public byte[] get(ColumnFamily family, byte[] key) {
        Exchange exchange = backend.exchange(key.length);
        long pinnedFamily = family.handle.pin();
        try {
            long view = handle.pin();
            try {
                while (true) {
                    exchange.stage(key);
                    int room = exchange.capacity - key.length;
                    long length = exchange.check(Native.viewGet(
                            view,
                            pinnedFamily,
                            exchange.address,
                            exchange.payload,
                            key.length,
                            exchange.payload + key.length,
                            room));
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
            }
        } finally {
            family.handle.unpin();
            Reference.reachabilityFence(exchange.buffer);
        }
    }

    @Override
    public void close() {
        handle.close();
    }
}
