package dev.gabion;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One amount of memory for block caches and memtables, shared by the backends that are opened with it. Any number of
 * threads.
 *
 * <p>Backends keep the memory alive; a budget may be closed as soon as the last backend that needs it is open.
 */
public final class Budget implements AutoCloseable {
    private final NativeHandle handle;

    /**
     * Makes a budget.
     *
     * @param bytes at least 1 MiB
     * @throws GabionException if it is less
     */
    public Budget(long bytes) {
        handle = NativeHandle.own(this, null, "budget", Native.budgetOpen(bytes), Native::budgetFree);
    }

    /**
     * Returns how much is in use, by part: {@code block_cache}, {@code block_cache_pinned}, {@code memtables}.
     *
     * @return bytes by name
     */
    public Map<String, Long> used() {
        long budget = pin();
        try {
            return unpackNumbers(Native.budgetUsed(budget));
        } finally {
            unpin();
        }
    }

    @Override
    public void close() {
        handle.close();
    }

    long pin() {
        return handle.pin();
    }

    void unpin() {
        handle.unpin();
    }

    static Map<String, Long> unpackNumbers(byte[] packed) {
        Unpacker unpacker = new Unpacker(packed);
        Map<String, Long> numbers = new LinkedHashMap<>();
        for (int left = unpacker.getInt(); left > 0; left--) {
            numbers.put(unpacker.getText(), unpacker.getLong());
        }
        return numbers;
    }
}
