package dev.gabion;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What is known of a completed snapshot. Immutable. */
public final class SnapshotInfo {
    private static final SnapshotKind[] KINDS = SnapshotKind.values();

    private final long number;
    private final SnapshotKind kind;
    private final byte[] id;
    private final byte[] metadata;
    private final long createdMillis;
    private final long families;
    private final long files;
    private final long bytes;
    private final long bytesWritten;
    private final long fallbacks;
    private final long pauseNanos;

    private SnapshotInfo(Unpacker packed) {
        number = packed.getLong();
        kind = KINDS[packed.getInt()];
        id = packed.getBytes();
        metadata = packed.getBytes();
        createdMillis = packed.getLong();
        families = packed.getLong();
        files = packed.getLong();
        bytes = packed.getLong();
        bytesWritten = packed.getLong();
        fallbacks = packed.getLong();
        pauseNanos = packed.getLong();
    }

    static SnapshotInfo unpack(byte[] packed) {
        return new SnapshotInfo(new Unpacker(packed));
    }

    static List<SnapshotInfo> unpackList(Unpacker packed) {
        int count = packed.getInt();
        List<SnapshotInfo> all = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            all.add(new SnapshotInfo(packed));
        }
        return Collections.unmodifiableList(all);
    }

    /**
     * Returns the snapshot's number in its directory.
     *
     * @return a number above 0, or 0 for a capture that was not published
     */
    public long number() {
        return number;
    }

    /**
     * Returns the kind.
     *
     * @return native or portable
     */
    public SnapshotKind kind() {
        return kind;
    }

    /**
     * Returns the host's id, as given to {@link SnapshotRequest#id}.
     *
     * @return a copy
     */
    public byte[] id() {
        return id.clone();
    }

    /**
     * Returns the host's metadata, as given to {@link SnapshotRequest#metadata}.
     *
     * @return a copy
     */
    public byte[] metadata() {
        return metadata.clone();
    }

    /**
     * Returns when the snapshot was made.
     *
     * @return the writer's clock, in milliseconds
     */
    public Instant created() {
        return Instant.ofEpochMilli(createdMillis);
    }

    /**
     * Returns how many column families are in it.
     *
     * @return a count
     */
    public long families() {
        return families;
    }

    /**
     * Returns how many files it consists of.
     *
     * @return a count
     */
    public long files() {
        return files;
    }

    /**
     * Returns the size of all its files.
     *
     * @return bytes
     */
    public long bytes() {
        return bytes;
    }

    /**
     * Returns how much of {@link #bytes()} this snapshot wrote itself; the rest was there from earlier ones.
     *
     * @return bytes
     */
    public long bytesWritten() {
        return bytesWritten;
    }

    /**
     * Returns how many families were written as rows because their files were not exact.
     *
     * @return a count
     */
    public long fallbacks() {
        return fallbacks;
    }

    /**
     * Returns how long the barrier held the writer.
     *
     * @return the pause, zero when read from a directory
     */
    public Duration pause() {
        return Duration.ofNanos(pauseNanos);
    }

    @Override
    public String toString() {
        return "SnapshotInfo[number=" + number + ", kind=" + kind + ", created=" + created() + ", families=" + families
                + ", files=" + files + ", bytes=" + bytes + ", bytesWritten=" + bytesWritten + ", fallbacks=" + fallbacks
                + ", pause=" + pause() + "]";
    }
}
