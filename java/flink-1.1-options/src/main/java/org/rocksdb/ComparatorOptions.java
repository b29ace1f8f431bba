package org.rocksdb;

/** Options of a comparator, which Gabion does not call. */
public class ComparatorOptions extends RocksObject {
    private boolean useAdaptiveMutex;

    /** Makes options with their defaults. */
    public ComparatorOptions() {}

    /**
     * Returns what was set.
     *
     * @return false by default
     */
    public boolean useAdaptiveMutex() {
        return useAdaptiveMutex;
    }

    /**
     * Sets whether a comparator's lock spins before it waits; there is no lock here.
     *
     * @param useAdaptiveMutex whether it spins
     * @return this
     */
    public ComparatorOptions setUseAdaptiveMutex(boolean useAdaptiveMutex) {
        this.useAdaptiveMutex = useAdaptiveMutex;
        return this;
    }
}
