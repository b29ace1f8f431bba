package dev.gabion.demo;

import dev.gabion.Backend;
import dev.gabion.ColumnFamily;
import dev.gabion.Row;
import dev.gabion.Scan;
import dev.gabion.ScanRange;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Compares the state in a backend with the expected one, key by key. */
final class Comparison {
    private final Backend backend;
    private long keys;

    private Comparison(Backend backend) {
        this.backend = backend;
    }

    /**
     * Compares all of it, read both ways: by a scan of each family, and by a get of each key.
     *
     * @return the number of keys, all of them equal
     * @throws Difference the first one
     */
    static long count(Backend backend, Expected expected) throws Difference {
        Comparison comparison = new Comparison(backend);
        comparison.compare(State.COUNTS, expected.counts(), value -> Long.toString(State.number(value)));
        comparison.compare(State.PLACES, expected.places(), Comparison::text);
        comparison.compare(State.FILES, expected.files(), value -> Long.toString(State.number(value)));
        return comparison.keys;
    }

    private void compare(String name, Map<String, ?> expected, Function<byte[], String> read) throws Difference {
        ColumnFamily family = backend.columnFamily(State.bytes(name));
        if (family == null) {
            throw new Difference("the column family " + name + " is missing");
        }
        Set<String> missing = new HashSet<>(expected.keySet());
        try (Scan scan = family.scan(ScanRange.all())) {
            for (Row row : scan) {
                String key = text(row.key());
                String value = read.apply(row.value());
                if (!missing.remove(key)) {
                    throw new Difference(label(name, key) + " is " + shorten(value) + ", expected nothing");
                }
                String right = expected.get(key).toString();
                if (!value.equals(right)) {
                    throw new Difference(label(name, key) + " is " + firstDifference(value, right));
                }
                if (!Arrays.equals(family.get(row.key()), row.value())) {
                    throw new Difference(label(name, key) + ": a get and a scan find different values");
                }
            }
        }
        if (!missing.isEmpty()) {
            String first = Collections.min(missing);
            throw new Difference(
                    label(name, first) + " is missing, expected " + shorten(expected.get(first).toString()));
        }
        keys += expected.size();
    }

    /** The first entry of two lists that differs; a number is a list of one. */
    static String firstDifference(String found, String expected) {
        String[] is = found.split(",", -1);
        String[] right = expected.split(",", -1);
        int at = 0;
        while (at < is.length && at < right.length && is[at].equals(right[at])) {
            at++;
        }
        if (is.length == 1 && right.length == 1) {
            return shorten(found) + ", expected " + shorten(expected);
        }
        return String.format(
                "a list of %d entries, expected %d; entry %d is %s, expected %s",
                is.length, right.length, at + 1, entry(is, at), entry(right, at));
    }

    private static String entry(String[] list, int at) {
        return at < list.length ? shorten(list[at]) : "missing";
    }

    private static String label(String family, String key) {
        String readable = new String(key.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        return family + "[" + shorten(readable) + "]";
    }

    private static String shorten(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "...";
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
