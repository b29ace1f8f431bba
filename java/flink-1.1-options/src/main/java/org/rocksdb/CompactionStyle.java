package org.rocksdb;

/** How files are compacted. Gabion takes all but {@link #FIFO}. */
public enum CompactionStyle {
    /** Levels of growing size. */
    LEVEL("kCompactionStyleLevel"),
    /** Sorted runs of similar size. */
    UNIVERSAL("kCompactionStyleUniversal"),
    /** The oldest files are dropped; not in Gabion. */
    FIFO("kCompactionStyleFIFO");

    private final String text;

    CompactionStyle(String text) {
        this.text = text;
    }

    /**
     * Returns RocksDB's number of this style.
     *
     * @return the number
     */
    public byte getValue() {
        return (byte) ordinal();
    }

    String text() {
        return text;
    }
}
