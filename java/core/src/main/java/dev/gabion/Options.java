package dev.gabion;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Settings as text, by Gabion's own names and RocksDB's (docs/options.md lists them).
 *
 * <p>Names and values are checked when the options are used: a wrong one is a {@link GabionException} that quotes it and
 * names the nearest right one. Options are read during the call they are given to; changing them later changes nothing.
 * One thread at a time.
 */
public final class Options {
    private final Map<String, String> settings = new LinkedHashMap<>();

    /** Makes options that leave everything at its default. */
    public Options() {}

    /**
     * Sets {@code name} to {@code value}, in place of an earlier value.
     *
     * @param name the option's name
     * @param value its value as text
     * @return this
     */
    public Options set(String name, String value) {
        settings.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
        return this;
    }

    /**
     * Sets every entry of {@code other}, in its order.
     *
     * @param other names and values
     * @return this
     */
    public Options setAll(Map<String, String> other) {
        other.forEach(this::set);
        return this;
    }

    /**
     * Returns the settings in the order in which they were first made.
     *
     * @return an unmodifiable view
     */
    public Map<String, String> asMap() {
        return Collections.unmodifiableMap(settings);
    }

    byte[] packed() {
        Packer packer = new Packer().putInt(settings.size());
        settings.forEach((name, value) -> packer.putText(name).putText(value));
        return packer.toBytes();
    }

    @Override
    public String toString() {
        return settings.toString();
    }
}
