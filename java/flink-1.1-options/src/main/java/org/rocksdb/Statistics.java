package org.rocksdb;

import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * RocksDB's tickers of the backend that was opened with the options that this object is from. RocksDB's histograms are off
 * in Gabion. Any thread.
 */
public class Statistics {
    private volatile Supplier<Map<String, Long>> metrics = Map::of;

    Statistics() {}

    /**
     * For the backend: tells where the tickers are, from now on.
     *
     * @param source answers metrics by name, of which tickers have RocksDB's names. Any thread may call it, also after the
     *     backend was closed; then it answers an empty map
     */
    public void readFrom(Supplier<Map<String, Long>> source) {
        this.metrics = Objects.requireNonNull(source, "source");
    }

    /**
     * Returns a ticker.
     *
     * @param tickerType which
     * @return its count; 0 before a backend is open, and for what RocksDB counts no more
     */
    public long getTickerCount(TickerType tickerType) {
        String name = tickerType.metric();
        return name == null ? 0 : metrics.get().getOrDefault(name, 0L);
    }

    /**
     * Returns a histogram.
     *
     * @param histogramType which
     * @return one that has counted nothing
     */
    public HistogramData getHistogramData(HistogramType histogramType) {
        Objects.requireNonNull(histogramType, "histogramType");
        return new HistogramData(0, 0, 0, 0, 0);
    }

    /**
     * The name of {@link #getHistogramData} in rocksdbjni 4.5.1.
     *
     * @param histogramType which
     * @return one that has counted nothing
     */
    public HistogramData geHistogramData(HistogramType histogramType) {
        return getHistogramData(histogramType);
    }
}
