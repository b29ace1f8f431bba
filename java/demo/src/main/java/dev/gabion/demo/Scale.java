package dev.gabion.demo;

import java.util.Locale;

/** A range of values from 0 on, laid along one axis of a drawing, with ticks at round numbers. Immutable. */
final class Scale {
    private final double largest;
    private final double from;
    private final double to;
    private final double step;

    /** Lays 0 at {@code from}, and {@code largest} at {@code to} or just before it. */
    Scale(double largest, double from, double to, int ticks, boolean roundUp) {
        this.step = step(largest, ticks);
        this.largest = roundUp ? Math.max(1, Math.ceil(largest / step)) * step : largest;
        this.from = from;
        this.to = to;
    }

    /** Where a value lies, as text of SVG. */
    String at(double value) {
        return text(from + (to - from) * value / largest);
    }

    /** The number of ticks, the one at 0 included. */
    int ticks() {
        return (int) Math.floor(largest / step + 1e-9) + 1;
    }

    double tick(int index) {
        return index * step;
    }

    static String text(double number) {
        return String.format(Locale.ROOT, "%.1f", number);
    }

    /** The smallest of 1, 2, 5, 10, 20, ... (or 0.5, 0.2, ...) that needs no more than so many steps. */
    private static double step(double largest, int ticks) {
        if (largest <= 0) {
            return 1;
        }
        double power = Math.pow(10, Math.floor(Math.log10(largest / ticks)));
        for (double factor : new double[] {1, 2, 5}) {
            if (largest / (factor * power) <= ticks) {
                return factor * power;
            }
        }
        return 10 * power;
    }
}
