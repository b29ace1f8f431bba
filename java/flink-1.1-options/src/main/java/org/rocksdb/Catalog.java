package org.rocksdb;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The settings of one kind of options, by RocksDB's names. */
final class Catalog {
    static final String GONE = "RocksDB has it no more";

    private final Map<String, Setting<?>> byName = new LinkedHashMap<>();

    /** A setting whose values are all handed over. */
    <T> Setting<T> passed(String name, T initial) {
        return limited(name, null, initial, value -> null);
    }

    /** A setting whose values are handed over unless there is an objection; {@code setter} is null if there is none. */
    <T> Setting<T> limited(String name, String setter, T initial, Function<? super T, String> objection) {
        return add(new Setting<>(name, setter, initial, objection,
                value -> objection.apply(value) == null ? Setting.plain(value) : null));
    }

    /** A setting that has one value in Gabion. */
    <T> Setting<T> kept(String name, String setter, T initial, T kept, String reason) {
        return add(new Setting<>(name, setter, initial, value -> value.equals(kept) ? null : reason, value -> null));
    }

    /** A setting that RocksDB 11 does not have; its old default asks for nothing. */
    <T> Setting<T> gone(String name, String setter, T initial) {
        return kept(name, setter, initial, initial, GONE);
    }

    /** A property of RocksDB 4 that has a form of its own. */
    Setting<String> unread(String name, String reason) {
        return limited(name, null, "", value -> reason);
    }

    <T> Setting<T> add(Setting<T> setting) {
        byName.put(setting.name, setting);
        return setting;
    }

    Iterable<Setting<?>> all() {
        return byName.values();
    }

    /** The settings in {@code properties}, by RocksDB's names; null if a name or a value is wrong, as RocksDB does it. */
    Settings parse(Properties properties) {
        if (properties == null || properties.isEmpty()) {
            throw new IllegalArgumentException("there are no properties to read options from; set at least one");
        }
        Settings settings = new Settings();
        for (String name : properties.stringPropertyNames()) {
            Setting<?> setting = byName.get(name.trim());
            if (setting == null || !parse(setting, properties.getProperty(name).trim(), settings)) {
                return null;
            }
        }
        return settings;
    }

    private static <T> boolean parse(Setting<T> setting, String text, Settings into) {
        try {
            @SuppressWarnings("unchecked") // read() answers a value of the type of its second argument
            T value = (T) read(text, setting.initial);
            if (value == null) {
                return false;
            }
            into.set(setting, value);
            return true;
        } catch (IllegalArgumentException e) { // not a number, or no constant of that name
            return false;
        }
    }

    private static Object read(String text, Object like) {
        if (like instanceof String) {
            return text;
        }
        if (like instanceof Boolean) {
            return readBoolean(text);
        }
        if (like instanceof Integer) {
            return Math.toIntExact(readLong(text));
        }
        if (like instanceof Long) {
            return readLong(text);
        }
        if (like instanceof Double) {
            return Double.valueOf(text);
        }
        if (like instanceof List) {
            return Arrays.stream(text.split(":"))
                    .map(part -> readEnum(part, CompressionType.class))
                    .collect(Collectors.toList());
        }
        return readEnum(text, ((Enum<?>) like).getDeclaringClass());
    }

    private static Boolean readBoolean(String text) {
        if (text.equals("true") || text.equals("1")) {
            return true;
        }
        return text.equals("false") || text.equals("0") ? false : null;
    }

    /** Decimal digits, perhaps with K, M, G or T, which multiply by powers of 1024. */
    private static long readLong(String text) {
        int power = text.isEmpty() ? 0 : "KMGT".indexOf(Character.toUpperCase(text.charAt(text.length() - 1))) + 1;
        if (power == 0) {
            return text.startsWith("-") ? Long.parseLong(text) : Long.parseUnsignedLong(text);
        }
        return Long.parseLong(text.substring(0, text.length() - 1)) << 10 * power;
    }

    private static <E> E readEnum(String text, Class<E> type) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> Setting.plain(constant).equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(text));
    }
}
