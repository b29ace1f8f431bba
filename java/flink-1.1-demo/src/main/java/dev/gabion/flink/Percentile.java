package dev.gabion.flink;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Percentiles of measured values. */
public final class Percentile {
    private Percentile() {}

    /** The value that {@code percent} of the values don't exceed (nearest rank). There is at least one. */
    public static <T extends Comparable<T>> T of(List<T> values, int percent) {
        List<T> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get(Math.max(1, (sorted.size() * percent + 99) / 100) - 1);
    }

    /** The median. There is at least one value. */
    public static <T extends Comparable<T>> T median(List<T> values) {
        return of(values, 50);
    }
}
