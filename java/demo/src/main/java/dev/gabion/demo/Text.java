package dev.gabion.demo;

import java.util.Locale;

/** Numbers as people read them. */
public final class Text {
    private static final String[] UNITS = {"B", "KB", "MB", "GB", "TB"};

    private Text() {}

    public static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    public static String count(long number, String one, String many) {
        return count(number) + " " + (number == 1 ? one : many);
    }

    public static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 999.5 && unit < UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        return unit == 0 || value >= 99.5
                ? String.format(Locale.ROOT, "%.0f %s", value, UNITS[unit])
                : String.format(Locale.ROOT, "%.1f %s", value, UNITS[unit]);
    }

    /** A short time. */
    public static String millis(long nanos) {
        double millis = nanos / 1e6;
        String format = millis < 1 ? "%.3f ms" : millis < 10 ? "%.2f ms" : millis < 100 ? "%.1f ms" : "%,.0f ms";
        return String.format(Locale.ROOT, format, millis);
    }

    public static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
    }

    /** A time in the run, in front of what happened then. */
    public static String time(long nanos) {
        return String.format(Locale.ROOT, "%6.1f s  ", nanos / 1e9);
    }

    public static String percent(long part, long whole) {
        return String.format(Locale.ROOT, "%.0f %%", whole == 0 ? 100 : 100.0 * part / whole);
    }

    /** At most {@code width} characters. */
    public static String clip(String text, int width) {
        return text.length() <= width ? text : text.substring(0, Math.max(0, width));
    }
}
