package dev.gabion;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** One input of {@link Backend#restore}. Immutable. */
public final class Source {
    private final int kind;
    /** A URL or a path. */
    private final byte[] place;
    private final long number;

    private Source(int kind, byte[] place, long number) {
        this.kind = kind;
        this.place = place;
        this.number = number;
    }

    /**
     * The snapshot of that number, and no other.
     *
     * @param url the snapshot directory
     * @param number {@link SnapshotInfo#number()}
     * @return the source
     */
    public static Source snapshot(String url, long number) {
        return new Source(0, url.getBytes(StandardCharsets.UTF_8), number);
    }

    /**
     * The newest snapshot of a directory; {@link Backend#restoredFrom()} says which one that was.
     *
     * @param url the snapshot directory
     * @return the source
     */
    public static Source latest(String url) {
        return new Source(1, url.getBytes(StandardCharsets.UTF_8), 0);
    }

    /**
     * A captured directory on a local file system, made by {@link SnapshotRequest#capture}.
     *
     * @param path the captured directory
     * @return the source
     * @throws IllegalArgumentException if the path is not of the default file system
     */
    public static Source capture(Path path) {
        return new Source(2, PathBytes.of(path), 0);
    }

    Packer pack(Packer packer) {
        return packer.putInt(kind).putBytes(place).putLong(number);
    }
}
