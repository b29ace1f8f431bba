package dev.gabion.flink.demo;

/** Where a run keeps its state, and how it takes snapshots. */
enum Mode {
    /** Gabion, native snapshots: the backend's default. */
    SEMI_ASYNC("semi-async"),
    /** Gabion, portable snapshots. */
    FULLY_ASYNC("fully-async"),
    /** Flink's own state on the heap of the JVM, for comparison. */
    HEAP("heap");

    private final String text;

    Mode(String text) {
        this.text = text;
    }

    /** The mode as a user says it. */
    static Mode of(String text) {
        for (Mode mode : values()) {
            if (mode.text.equals(text)) {
                return mode;
            }
        }
        throw new IllegalArgumentException("there is no mode " + text + "; there are semi-async, fully-async and heap");
    }

    @Override
    public String toString() {
        return text;
    }
}
