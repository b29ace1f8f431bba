package org.rocksdb;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One setting of RocksDB 4: its default, its text, and why Gabion does not take some of its values, or any.
 *
 * @param <T> the type of its values
 */
final class Setting<T> {
    /** RocksDB's name, which is Gabion's too if any value is handed over. */
    final String name;
    /** What a getter answers before anything is set; null if there is no getter. */
    final T initial;

    private final String setter;
    private final Function<? super T, String> objection;
    private final Function<? super T, String> text;

    /**
     * @param setter the method that sets it; null for a setting that has none
     * @param objection why a value does not have its effect; null where it has
     * @param text what is handed over for a value; null for nothing
     */
    Setting(String name, String setter, T initial, Function<? super T, String> objection, Function<? super T, String> text) {
        this.name = name;
        this.setter = setter;
        this.initial = initial;
        this.objection = objection;
        this.text = text;
    }

    /** What is handed over for {@code value}; null for nothing. */
    String text(T value) {
        return text.apply(value);
    }

    /** Why {@code value} does not have its effect, or not all of it, as a sentence; null if it has. */
    String unsupported(T value) {
        String reason = objection.apply(value);
        if (reason == null) {
            return null;
        }
        String call = setter == null ? name + " = " + shown(value) : setter + "(" + shown(value) + ")";
        return call + ": " + reason;
    }

    /** RocksDB reads a negative {@code long} as the unsigned number of the same bits. */
    static String plain(Object value) {
        if (value instanceof Long) {
            return Long.toUnsignedString((Long) value);
        }
        if (value instanceof List) {
            return ((List<?>) value).stream().map(Setting::plain).collect(Collectors.joining(":"));
        }
        if (value instanceof CompactionStyle) {
            return ((CompactionStyle) value).text();
        }
        return value instanceof CompressionType ? ((CompressionType) value).text() : String.valueOf(value);
    }

    private static String shown(Object value) {
        if (value instanceof AbstractComparator) {
            return ((AbstractComparator<?>) value).name();
        }
        if (value == null || value instanceof Comparable || value instanceof List || value instanceof Choice) {
            return String.valueOf(value);
        }
        return value.getClass().getName().replace("org.rocksdb.", "");
    }
}
