package dev.gabion;

/** Where a snapshot job stands. */
public enum SnapshotState {
    /** It has not ended yet. */
    RUNNING,
    /** It has ended well; {@link Snapshot#result()} says what was made. */
    COMPLETED,
    /** It has failed; {@link Snapshot#result()} throws why. */
    FAILED,
    /** It was cancelled, by {@link Snapshot#cancel()} or by closing the backend. */
    CANCELLED
}
