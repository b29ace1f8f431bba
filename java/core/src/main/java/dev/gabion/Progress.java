package dev.gabion;

/** How far a snapshot job is. Immutable. */
public final class Progress {
    private final long bytesDone;
    private final long bytesTotal;

    Progress(long bytesDone, long bytesTotal) {
        this.bytesDone = bytesDone;
        this.bytesTotal = bytesTotal;
    }

    /**
     * Returns how many bytes are dealt with.
     *
     * @return bytes
     */
    public long bytesDone() {
        return bytesDone;
    }

    /**
     * Returns how many bytes there are to deal with.
     *
     * @return bytes, 0 until that is known
     */
    public long bytesTotal() {
        return bytesTotal;
    }

    @Override
    public String toString() {
        return bytesDone + " of " + bytesTotal + " bytes";
    }
}
