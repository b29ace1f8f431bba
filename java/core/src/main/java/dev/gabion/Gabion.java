package dev.gabion;

import java.util.Map;

/** What concerns the native library as a whole. */
public final class Gabion {
    private Gabion() {}

    /**
     * Returns the version of the native library; loads it first, if need be.
     *
     * @return such as {@code 0.1.0}
     */
    public static String version() {
        return Native.version();
    }

    /**
     * Returns how many native objects of each kind are alive in this library: what a leak test asks.
     *
     * @return a count by kind, such as {@code backends} or {@code scans}
     */
    public static Map<String, Long> liveObjects() {
        return Budget.unpackNumbers(Native.liveObjects());
    }
}
