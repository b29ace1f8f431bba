package dev.gabion.flink.bench;

import dev.gabion.flink.Percentile;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Measured values of one row of a table, a list for each contender; the n-th of all of them belong together. */
final class Columns {
    private final Map<Contender.Which, List<Double>> values = new EnumMap<>(Contender.Which.class);

    void add(Contender.Which which, double value) {
        values.computeIfAbsent(which, key -> new ArrayList<>()).add(value);
    }

    double median(Contender.Which which) {
        return Percentile.median(values.get(which));
    }

    double largest(Contender.Which which) {
        return Percentile.of(values.get(which), 100);
    }

    /** How many times a contender's value is Gabion's: the median over all turns. */
    double timesGabion(Contender.Which which) {
        List<Double> ratios = new ArrayList<>();
        List<Double> gabion = values.get(Contender.Which.GABION);
        for (int i = 0; i < gabion.size(); i++) {
            ratios.add(values.get(which).get(i) / gabion.get(i));
        }
        return Percentile.median(ratios);
    }

    /** A number with three digits, or all before the point. */
    static String number(double value) {
        String format = value < 0.995 ? "%.3f" : value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%,.0f";
        return String.format(Locale.ROOT, format, value);
    }
}
