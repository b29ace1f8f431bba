package org.rocksdb;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The settings that were made on one options object, in the order in which they were first made. */
final class Settings {
    private final Map<Setting<?>, Object> values = new LinkedHashMap<>();

    <T> void set(Setting<T> setting, T value) {
        values.put(setting, Objects.requireNonNull(value, setting.name));
    }

    /** For the few settings that may be null, which means "none". */
    <T> void setOrNull(Setting<T> setting, T value) {
        values.put(setting, value);
    }

    void unset(Setting<?> setting) {
        values.remove(setting);
    }

    void unsetAll(Iterable<Setting<?>> settings) {
        settings.forEach(values::remove);
    }

    void setAll(Settings other) {
        values.putAll(other.values);
    }

    boolean has(Setting<?> setting) {
        return values.containsKey(setting);
    }

    @SuppressWarnings("unchecked") // set() keeps the types together
    <T> T get(Setting<T> setting) {
        return has(setting) ? (T) values.get(setting) : setting.initial;
    }

    Map<String, String> asText() {
        Map<String, String> texts = new LinkedHashMap<>();
        values.keySet().forEach(setting -> putText(setting, texts));
        return texts;
    }

    private <T> void putText(Setting<T> setting, Map<String, String> texts) {
        String text = setting.text(get(setting));
        if (text != null) {
            texts.put(setting.name, text);
        }
    }

    List<String> unsupported() {
        List<String> sentences = new ArrayList<>();
        values.keySet().forEach(setting -> addUnsupported(setting, sentences));
        return sentences;
    }

    private <T> void addUnsupported(Setting<T> setting, List<String> sentences) {
        String sentence = setting.unsupported(get(setting));
        if (sentence != null) {
            sentences.add(sentence);
        }
    }
}
