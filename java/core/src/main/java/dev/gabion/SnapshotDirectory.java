package dev.gabion;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The snapshots at one URL, without an open backend. Any number of threads. */
public final class SnapshotDirectory implements AutoCloseable {
    private final NativeHandle handle;

    /**
     * Opens a snapshot directory.
     *
     * @param url as {@code file:///path} or {@code s3://bucket/path} (docs/stores.md)
     * @param options settings of the store
     * @throws GabionException if the URL or an option is wrong
     */
    public SnapshotDirectory(String url, Options options) {
        byte[] text = url.getBytes(StandardCharsets.UTF_8);
        long address = Native.directoryOpen(text, options.packed());
        handle = NativeHandle.own(this, null, "snapshot directory", address, Native::directoryFree);
    }

    /**
     * Lists the snapshots.
     *
     * @return an unmodifiable list, oldest first
     */
    public List<SnapshotInfo> list() {
        long directory = handle.pin();
        try {
            return SnapshotInfo.unpackList(new Unpacker(Native.directoryList(directory)));
        } finally {
            handle.unpin();
        }
    }

    /**
     * Returns the manifest of a snapshot.
     *
     * @param number {@link SnapshotInfo#number()}
     * @return JSON text, as docs/snapshot-format.md describes it
     * @throws GabionException with {@code NOT_FOUND} if there is no such snapshot
     */
    public String describe(long number) {
        long directory = handle.pin();
        try {
            return new String(Native.directoryDescribe(directory, number), StandardCharsets.UTF_8);
        } finally {
            handle.unpin();
        }
    }

    /**
     * Reads every byte of a snapshot.
     *
     * @param number {@link SnapshotInfo#number()}
     * @return how many bytes
     * @throws GabionException with {@code CORRUPTION} naming each broken file
     */
    public long verify(long number) {
        long directory = handle.pin();
        try {
            return Native.directoryVerify(directory, number);
        } finally {
            handle.unpin();
        }
    }

    /**
     * Removes a snapshot. Files that no other one needs go with a later {@link #sweep}.
     *
     * @param number {@link SnapshotInfo#number()}
     * @throws GabionException with {@code NOT_FOUND} if there is no such snapshot
     */
    public void discard(long number) {
        long directory = handle.pin();
        try {
            Native.directoryDiscard(directory, number);
        } finally {
            handle.unpin();
        }
    }

    /**
     * Discards all but the newest snapshots.
     *
     * @param keep how many to keep
     * @return the numbers of those that were discarded
     */
    public List<Long> retain(int keep) {
        if (keep < 0) {
            throw new IllegalArgumentException("keep is " + keep + "; it must be 0 or more");
        }
        long directory = handle.pin();
        try {
            Unpacker answer = new Unpacker(Native.directoryRetain(directory, keep));
            List<Long> numbers = new ArrayList<>();
            for (int left = answer.getInt(); left > 0; left--) {
                numbers.add(answer.getLong());
            }
            return numbers;
        } finally {
            handle.unpin();
        }
    }

    /**
     * Removes what no snapshot and no running job needs.
     *
     * @param grace how old it must be; zero only if nobody else writes to the directory
     * @param dryRun only say what would be removed
     * @return what was, or would be, removed
     */
    public Swept sweep(Duration grace, boolean dryRun) {
        Objects.requireNonNull(grace, "grace");
        if (grace.isNegative()) {
            throw new IllegalArgumentException("grace is " + grace + "; it must not be negative");
        }
        // Rounded up: zero has a meaning of its own.
        long millis = grace.plusNanos(999_999).toMillis();
        long directory = handle.pin();
        try {
            return Swept.unpack(Native.directorySweep(directory, millis, dryRun));
        } finally {
            handle.unpin();
        }
    }

    /**
     * Returns the size of everything in the directory.
     *
     * @return bytes
     */
    public long size() {
        long directory = handle.pin();
        try {
            return Native.directorySize(directory);
        } finally {
            handle.unpin();
        }
    }

    @Override
    public void close() {
        handle.close();
    }
}
