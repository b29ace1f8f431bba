package dev.gabion;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;

/** What {@link Backend#startSnapshot} is asked for. Read during that call; one thread at a time. */
public final class SnapshotRequest {
    private final SnapshotKind kind;
    private final boolean capture;
    /** A URL or a path. */
    private final byte[] place;
    private byte[] id = {};
    private byte[] metadata = {};
    private Options options = new Options();

    private SnapshotRequest(SnapshotKind kind, boolean capture, byte[] place) {
        this.kind = Objects.requireNonNull(kind, "kind");
        this.capture = capture;
        this.place = place;
    }

    /**
     * A snapshot that is published in a snapshot directory.
     *
     * @param kind native or portable
     * @param url the snapshot directory, as {@code file:///path} or {@code s3://bucket/path} (docs/stores.md); made if absent
     * @return the request
     */
    public static SnapshotRequest publish(SnapshotKind kind, String url) {
        return new SnapshotRequest(kind, false, url.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A capture only: a local directory, complete in itself, for a host that moves files itself. It is the caller's to
     * remove, and {@link Source#capture} restores from it.
     *
     * @param kind native or portable
     * @param directory a directory that does not exist yet, on the file system of the backend's for hard links
     * @return the request
     * @throws IllegalArgumentException if the path is not of the default file system
     */
    public static SnapshotRequest capture(SnapshotKind kind, Path directory) {
        return new SnapshotRequest(kind, true, PathBytes.of(directory));
    }

    /**
     * Sets the host's own id for the snapshot, opaque to Gabion; {@link SnapshotInfo#id()} returns it.
     *
     * @param id any bytes; none by default
     * @return this
     */
    public SnapshotRequest id(byte[] id) {
        this.id = id.clone();
        return this;
    }

    /**
     * Sets the host's metadata, such as its input position; {@link SnapshotInfo#metadata()} returns it.
     *
     * @param metadata any bytes; none by default
     * @return this
     */
    public SnapshotRequest metadata(byte[] metadata) {
        this.metadata = metadata.clone();
        return this;
    }

    /**
     * Sets options of the snapshot and its store.
     *
     * @param options names and values; read when the snapshot starts
     * @return this
     */
    public SnapshotRequest options(Options options) {
        this.options = Objects.requireNonNull(options, "options");
        return this;
    }

    byte[] packed() {
        return new Packer()
                .putInt(kind.ordinal())
                .putInt(capture ? 1 : 0)
                .putBytes(place)
                .putBytes(id)
                .putBytes(metadata)
                .putBytes(options.packed())
                .toBytes();
    }
}
