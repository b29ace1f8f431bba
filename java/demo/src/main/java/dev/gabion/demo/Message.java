package dev.gabion.demo;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One line between job and driver: {@code @name key=value key=value}. Values are percent-encoded, so that any text
 * fits. Built by one thread, read by any.
 */
public final class Message {
    private static final String MARK = "@";

    private final String name;
    private final Map<String, String> values = new LinkedHashMap<>();

    public Message(String name) {
        this.name = name;
    }

    public Message with(String key, Object value) {
        values.put(key, String.valueOf(value));
        return this;
    }

    /** Reads a line; null if it is no message, but something else that was printed. */
    public static Message parse(String line) {
        if (!line.startsWith(MARK)) {
            return null;
        }
        String[] parts = line.substring(MARK.length()).split(" ");
        Message message = new Message(parts[0]);
        for (int i = 1; i < parts.length; i++) {
            int equals = parts[i].indexOf('=');
            if (equals < 0) {
                return null;
            }
            message.with(
                    parts[i].substring(0, equals),
                    URLDecoder.decode(parts[i].substring(equals + 1), StandardCharsets.UTF_8));
        }
        return message;
    }

    public String name() {
        return name;
    }

    public boolean is(String name) {
        return this.name.equals(name);
    }

    public String text(String key) {
        String value = values.get(key);
        if (value == null) {
            throw new IllegalArgumentException("the message has no " + key + ": " + this);
        }
        return value;
    }

    public long number(String key) {
        return Long.parseLong(text(key));
    }

    /** The line, without its end. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(MARK).append(name);
        values.forEach((key, value) ->
                line.append(' ').append(key).append('=').append(URLEncoder.encode(value, StandardCharsets.UTF_8)));
        return line.toString();
    }
}
