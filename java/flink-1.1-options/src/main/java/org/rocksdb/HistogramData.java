package org.rocksdb;

/** What a histogram has counted. */
public class HistogramData {
    private final double median;
    private final double percentile95;
    private final double percentile99;
    private final double average;
    private final double standardDeviation;

    /**
     * Makes an answer.
     *
     * @param median the median
     * @param percentile95 95 of a hundred are below it
     * @param percentile99 99 of a hundred are below it
     * @param average the average
     * @param standardDeviation the standard deviation
     */
    public HistogramData(double median, double percentile95, double percentile99, double average, double standardDeviation) {
        this.median = median;
        this.percentile95 = percentile95;
        this.percentile99 = percentile99;
        this.average = average;
        this.standardDeviation = standardDeviation;
    }

    /**
     * Returns the median.
     *
     * @return 0 if nothing was counted
     */
    public double getMedian() {
        return median;
    }

    /**
     * Returns what 95 of a hundred are below.
     *
     * @return 0 if nothing was counted
     */
    public double getPercentile95() {
        return percentile95;
    }

    /**
     * Returns what 99 of a hundred are below.
     *
     * @return 0 if nothing was counted
     */
    public double getPercentile99() {
        return percentile99;
    }

    /**
     * Returns the average.
     *
     * @return 0 if nothing was counted
     */
    public double getAverage() {
        return average;
    }

    /**
     * Returns the standard deviation.
     *
     * @return 0 if nothing was counted
     */
    public double getStandardDeviation() {
        return standardDeviation;
    }
}
