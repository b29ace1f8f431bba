package dev.gabion;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * An open state backend: one RocksDB in a private scratch directory, which goes when it is closed. Any number of threads
 * may read; there is one writer at a time.
 *
 * <p>Nothing in it lasts but what a completed {@link Snapshot} has saved.
 */
public final class Backend implements AutoCloseable {
    final NativeHandle handle;
    private final List<SnapshotInfo> restoredFrom;
    /** The exchange of the thread that wrote last. A race on it is harmless: each thread takes only its own. */
    private Exchange ownersExchange;

    private Backend(long address, List<SnapshotInfo> restoredFrom) {
        this.handle = NativeHandle.own(this, null, "backend", address, Native::backendClose, Native::backendFree);
        this.restoredFrom = restoredFrom;
        this.ownersExchange = Exchange.ofThread();
    }

    /**
     * Opens an empty backend in a new scratch directory.
     *
     * @param options settings of the backend, and defaults for its column families
     * @return the backend; the caller closes it
     * @throws GabionException if an option is wrong or the directory cannot be made
     */
    public static Backend open(Options options) {
        return new Backend(Native.backendOpen(options.packed(), 0), Collections.emptyList());
    }

    /**
     * Opens an empty backend that takes its memory from {@code budget}.
     *
     * @param options settings of the backend, and defaults for its column families
     * @param budget shared with other backends
     * @return the backend; the caller closes it
     * @throws GabionException if an option is wrong or the directory cannot be made
     */
    public static Backend open(Options options, Budget budget) {
        byte[] packed = options.packed();
        long pinned = budget.pin();
        try {
            return new Backend(Native.backendOpen(packed, pinned), Collections.emptyList());
        } finally {
            budget.unpin();
        }
    }

    /**
     * Opens a backend with the contents of snapshots. Several sources are united: each is clipped to {@code range}; unequal
     * descriptors or merge kinds of one family, or one key in two sources, are errors.
     *
     * @param options settings of the backend; those of the families come from the snapshots
     * @param budget shared with other backends, or null for memory of its own
     * @param range the keys to keep
     * @param sources at least one
     * @return the backend; the caller closes it
     * @throws GabionException if a source is not there, is broken, or does not fit the others
     */
    public static Backend restore(Options options, Budget budget, KeyRange range, Source... sources) {
        Packer request = range.pack(new Packer().putBytes(options.packed())).putInt(sources.length);
        for (Source source : sources) {
            source.pack(request);
        }
        long pinned = budget == null ? 0 : budget.pin();
        try {
            return restored(Native.backendRestore(request.toBytes(), pinned));
        } finally {
            if (budget != null) {
                budget.unpin();
            }
        }
    }

    static Backend restored(byte[] packed) {
        Unpacker answer = new Unpacker(packed);
        long address = answer.getLong();
        return new Backend(address, SnapshotInfo.unpackList(answer));
    }

    /**
     * Returns what {@link #restore} read, one entry per source, or the stream that was pushed; also after closing.
     *
     * @return an unmodifiable list, empty for a backend that was opened empty
     */
    public List<SnapshotInfo> restoredFrom() {
        return restoredFrom;
    }

    /**
     * Makes a column family. A writer's call.
     *
     * @param name any bytes
     * @param descriptor any bytes, opaque to Gabion
     * @param options the merge kind, the memtable kind and other settings of the family
     * @return the family; it is closed with the backend
     * @throws GabionException with {@code ALREADY_EXISTS} if there is one of that name
     */
    public ColumnFamily createColumnFamily(byte[] name, byte[] descriptor, Options options) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(descriptor, "descriptor");
        byte[] packed = options.packed();
        long backend = handle.pin();
        try {
            return family(Native.backendCreateColumnFamily(backend, name, descriptor, packed));
        } finally {
            handle.unpin();
        }
    }

    /**
     * Looks a column family up, or makes it. A writer's call.
     *
     * @param name any bytes
     * @param descriptor any bytes, opaque to Gabion
     * @param options the merge kind, the memtable kind and other settings of the family
     * @return the family; it is closed with the backend
     * @throws GabionException with {@code MISMATCH} if it is there with another descriptor, merge kind or memtable kind
     */
    public ColumnFamily registerColumnFamily(byte[] name, byte[] descriptor, Options options) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(descriptor, "descriptor");
        byte[] packed = options.packed();
        long backend = handle.pin();
        try {
            return family(Native.backendRegisterColumnFamily(backend, name, descriptor, packed));
        } finally {
            handle.unpin();
        }
    }

    /**
     * Looks a column family up. Each call makes a new object for the same family: keep it.
     *
     * @param name any bytes
     * @return the family, or null if there is none of that name
     */
    public ColumnFamily columnFamily(byte[] name) {
        Objects.requireNonNull(name, "name");
        long backend = handle.pin();
        try {
            long address = Native.backendColumnFamily(backend, name);
            return address == 0 ? null : family(address);
        } finally {
            handle.unpin();
        }
    }

    /**
     * Returns all column families.
     *
     * @return a list of the caller's own, in order of creation
     */
    public List<ColumnFamily> columnFamilies() {
        long backend = handle.pin();
        try {
            Unpacker addresses = new Unpacker(Native.backendColumnFamilies(backend));
            List<ColumnFamily> families = new ArrayList<>();
            IllegalStateException closed = null;
            for (int left = addresses.getInt(); left > 0; left--) {
                try {
                    families.add(family(addresses.getLong()));
                } catch (IllegalStateException e) { // each of the rest must be taken over too, or it would never be freed
                    closed = e;
                }
            }
            if (closed != null) {
                throw closed;
            }
            return families;
        } finally {
            handle.unpin();
        }
    }

    /**
     * Drops a column family with its rows; from then on its objects answer {@code NOT_FOUND}. A writer's call.
     *
     * @param family a family of this backend
     */
    public void dropColumnFamily(ColumnFamily family) {
        long pinned = family.handle.pin();
        try {
            long backend = handle.pin();
            try {
                Native.backendDropColumnFamily(backend, pinned);
            } finally {
                handle.unpin();
            }
        } finally {
            family.handle.unpin();
        }
    }

    /**
     * Applies all of the batch, or nothing. The batch stays as it is. A writer's call.
     *
     * @param batch writes to families of this backend
     */
    public void write(Batch batch) {
        Exchange exchange = exchangeToWrite(0);
        long writes = batch.handle.pinAlone();
        try {
            long backend = handle.pin();
            try {
                exchange.check(Native.backendWrite(backend, exchange.address, writes));
            } finally {
                handle.unpin();
            }
        } finally {
            batch.handle.unpin();
        }
    }

    /**
     * Pins the present state of all families, for gets and scans. A writer's call.
     *
     * @return the view; the caller closes it, and what it pins takes memory and disk until then
     */
    public View view() {
        long backend = handle.pin();
        try {
            return new View(this, Native.backendView(backend));
        } finally {
            handle.unpin();
        }
    }

    /**
     * Starts a snapshot of the state at this instant. The barrier happens before this returns; everything else in the
     * background. A writer's call.
     *
     * @param request kind, place, id and metadata
     * @return the running job; the caller closes it
     */
    public Snapshot startSnapshot(SnapshotRequest request) {
        byte[] packed = request.packed();
        long backend = handle.pin();
        try {
            return new Snapshot(this, Native.backendStartSnapshot(backend, packed));
        } finally {
            handle.unpin();
        }
    }

    /**
     * Begins to pull a portable snapshot of the state at this instant as one stream of bytes, without a snapshot directory
     * and without temporary files; {@link PushedStream} takes it. A writer's call.
     *
     * @param id the host's own id, opaque to Gabion, at most 4 KiB; {@link SnapshotInfo#id()} returns it
     * @param metadata the host's metadata, such as its input position; {@link SnapshotInfo#metadata()} returns it
     * @return the stream; the caller closes it, and what it pins takes memory and disk until then
     */
    public PulledStream pullStream(byte[] id, byte[] metadata) {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(metadata, "metadata");
        long backend = handle.pin();
        try {
            return new PulledStream(this, Native.pulledStreamOpen(backend, id, metadata));
        } finally {
            handle.unpin();
        }
    }

    /**
     * Returns the metrics (docs/options.md lists them).
     *
     * @return values by name
     */
    public Map<String, Long> metrics() {
        long backend = handle.pin();
        try {
            return Budget.unpackNumbers(Native.backendMetrics(backend));
        } finally {
            handle.unpin();
        }
    }

    /**
     * Returns the options in effect.
     *
     * @return the text of the OPTIONS file that RocksDB wrote
     */
    public String effectiveOptions() {
        long backend = handle.pin();
        try {
            return new String(Native.backendEffectiveOptions(backend), StandardCharsets.UTF_8);
        } finally {
            handle.unpin();
        }
    }

    /**
     * Returns the scratch directory. It is private to the backend: look, but don't touch.
     *
     * @return its path
     */
    public Path directory() {
        long backend = handle.pin();
        try {
            return PathBytes.path(Native.backendDirectory(backend));
        } finally {
            handle.unpin();
        }
    }

    /**
     * Closes the backend: refuses new calls, cancels its snapshots, waits for running calls, closes everything that was
     * made from it and removes its directory. May race with any call; when it returns, all of that has happened.
     */
    @Override
    public void close() {
        handle.close();
    }

    private ColumnFamily family(long address) {
        return new ColumnFamily(this, address);
    }

    /** The calling thread's exchange, with room for {@code payload} bytes. */
    Exchange exchange(long payload) {
        Exchange owners = ownersExchange;
        boolean owned = owners.thread == Thread.currentThread();
        Exchange own = owned ? owners : Exchange.ofThread();
        if (own.capacity < payload) {
            own = Exchange.larger(payload);
            if (owned && own.isKept()) {
                ownersExchange = own;
            }
        }
        return own;
    }

    /** The same for a write, which makes the calling thread the owner. */
    Exchange exchangeToWrite(long payload) {
        Exchange own = exchange(payload);
        if (own != ownersExchange && own.isKept()) {
            ownersExchange = own;
        }
        return own;
    }

    @Override
    public String toString() {
        return "Backend[" + (handle.isClosed() ? "closed" : Objects.toString(directory())) + "]";
    }
}
