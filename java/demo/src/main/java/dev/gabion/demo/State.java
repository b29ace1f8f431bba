package dev.gabion.demo;

import dev.gabion.Backend;
import dev.gabion.ColumnFamily;
import dev.gabion.Options;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The job's state: three column families of one backend. One thread.
 *
 * <ul>
 *   <li>{@code counts}: word to count, 64 bits, little-endian; read, changed and written.
 *   <li>{@code places}: word to the places where it was seen, as {@code file:line,file:line}; appended.
 *   <li>{@code files}: a file's name to its count of words, 64 bits, little-endian; added.
 * </ul>
 */
final class State {
    static final String COUNTS = "counts";
    static final String PLACES = "places";
    static final String FILES = "files";

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final ColumnFamily counts;
    private final ColumnFamily places;
    private final ColumnFamily files;
    private final byte[] number = new byte[Long.BYTES];
    private long longestPut;
    private long longestMerge;

    /** Finds the families in a backend, or makes them. */
    State(Backend backend) {
        counts = family(backend, COUNTS, new Options().set("memtable", "hash-link-list"));
        places = family(backend, PLACES, new Options().set("merge", "string-append"));
        files = family(backend, FILES, new Options().set("merge", "uint64-add"));
    }

    /** Notes that a word was seen at a place: two rows. */
    void see(byte[] word, byte[] place) {
        boolean known = counts.get(word, number) >= 0;
        LONG.set(number, 0, known ? (long) LONG.get(number, 0) + 1 : 1L);
        long start = System.nanoTime();
        counts.put(word, number);
        long middle = System.nanoTime();
        places.merge(word, place);
        longestMerge = Math.max(longestMerge, System.nanoTime() - middle);
        longestPut = Math.max(longestPut, middle - start);
    }

    /** Adds to the count of a file: one row. */
    void count(byte[] file, long words) {
        LONG.set(number, 0, words);
        long start = System.nanoTime();
        files.merge(file, number);
        longestMerge = Math.max(longestMerge, System.nanoTime() - start);
    }

    /** The longest {@code put} so far, in nanoseconds. */
    long longestPut() {
        return longestPut;
    }

    /** The longest {@code merge} so far, in nanoseconds. */
    long longestMerge() {
        return longestMerge;
    }

    /** The number in a value. */
    static long number(byte[] value) {
        if (value.length != Long.BYTES) {
            throw new IllegalArgumentException("a number has 8 bytes, found " + value.length);
        }
        return (long) LONG.get(value, 0);
    }

    private static ColumnFamily family(Backend backend, String name, Options options) {
        return backend.registerColumnFamily(bytes(name), bytes("gabion demo, version 1"), options);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
