package org.apache.flink.contrib.streaming.state;

import dev.gabion.Backend;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/**
 * One life of a backend, from its initialization to its disposal: all that is not configuration. A snapshot belongs to the life
 * in which it was taken, whatever becomes of the backend object.
 *
 * <p>The database opens with the first state or restore. Any thread may close and dispose; the rest is the task's.
 */
final class Session {
    private final JobID jobId;
    private final String operator;
    private final TypeSerializer<?> keySerializer;
    private final ClassLoader userClasses;
    private final File storage;
    private final BiFunction<File, String, CoreOptions> readOptions;
    private final Set<Closeable> running = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Unclaimed unclaimed = new Unclaimed();
    private final Object lock = new Object();
    /** Held while directories are removed, for which no barrier should wait. */
    private final Object removal = new Object();

    private CoreOptions options;
    private volatile Families families;
    private boolean closed;
    private boolean disposed;

    /**
     * Begins a life.
     *
     * @param storage where its databases are made
     * @param readOptions makes the options when they are first needed, of the storage and the operator
     */
    Session(
            JobID jobId,
            String operator,
            TypeSerializer<?> keySerializer,
            ClassLoader userClasses,
            File storage,
            BiFunction<File, String, CoreOptions> readOptions) {
        this.jobId = jobId;
        this.operator = operator;
        this.keySerializer = keySerializer;
        this.userClasses = userClasses;
        this.storage = storage;
        this.readOptions = readOptions;
    }

    JobID jobId() {
        return jobId;
    }

    String operator() {
        return operator;
    }

    /** Null if the operator has no keys. */
    TypeSerializer<?> keySerializer() {
        return keySerializer;
    }

    ClassLoader userClassLoader() {
        return userClasses;
    }

    /** The options as they were when first asked for. */
    CoreOptions options() {
        if (options == null) {
            options = readOptions.apply(storage, operator);
        }
        return options;
    }

    /** The states, in a database that is opened if it is not open yet. */
    Families families() throws IOException {
        Families open = families;
        if (open == null) {
            checkNotDisposed();
            open = families(openCore());
            install(open);
        }
        return open;
    }

    /**
     * The state of that descriptor, made if it is not there.
     *
     * @throws RuntimeException if there is one of that name with another kind or serializer
     */
    StateFamily family(StateDescriptor<?, ?> descriptor) {
        if (keySerializer == null) {
            throw new RuntimeException(
                    "State key serializer has not been configured: the operator " + operator + " is not behind a keyBy, and can't"
                            + " have keyed state");
        }
        Families open;
        try {
            open = families();
        } catch (IOException e) {
            throw new RuntimeException("cannot open the state database of " + operator + ": " + e.getMessage(), e);
        }
        StateFamily family = open.get(descriptor.getName());
        if (family == null) {
            family = open.create(StateRecord.of(
                    StateKind.of(descriptor), descriptor.getName(), keySerializer, descriptor.getSerializer()));
        }
        family.accept(descriptor, StoredSerializer.of(keySerializer));
        return family;
    }

    /** The states, or null if the database is not open. */
    Families openFamilies() {
        return families;
    }

    /** What snapshots hold that nobody has materialized yet. */
    Unclaimed unclaimed() {
        return unclaimed;
    }

    /** Opens one more, empty database, of the caller's own until it is adopted. */
    Backend openCore() {
        return options().open();
    }

    /** The states that a database holds. The database is closed if they can't be read. */
    Families families(Backend core) throws IOException {
        try {
            return new Families(core, options().ofFamilies(), userClasses);
        } catch (Throwable t) {
            core.close();
            throw t;
        }
    }

    /** Goes on with restored states in place of the present ones, whose database is closed. */
    void adopt(Families restored) throws IOException {
        Families earlier = families;
        try {
            if (keySerializer != null) {
                restored.checkKeys(keySerializer);
            }
            if (earlier != null) {
                restored.takeOver(earlier);
            }
            install(restored);
        } catch (Throwable t) {
            restored.close();
            throw t;
        }
        if (earlier != null) {
            earlier.close();
        }
    }

    private void install(Families opened) throws IOException {
        synchronized (lock) {
            if (!disposed) {
                families = opened;
                return;
            }
        }
        opened.close();
        checkNotDisposed();
    }

    boolean isDisposed() {
        synchronized (lock) {
            return disposed;
        }
    }

    /** @throws IllegalStateException if this life is over */
    void checkNotDisposed() {
        if (isDisposed()) {
            throw new IllegalStateException(
                    "the state backend of " + operator + " was disposed; initializeForJob makes it usable again");
        }
    }

    /**
     * Makes {@link #close} close {@code io} as well.
     *
     * @throws IOException if this is closed already; then so is {@code io}
     */
    void register(Closeable io) throws IOException {
        synchronized (lock) {
            if (!closed) {
                running.add(io);
                return;
            }
        }
        io.close();
        throw new IOException("the backend of " + operator + " is closed; its snapshots and restores are cancelled");
    }

    void unregister(Closeable io) {
        synchronized (lock) {
            running.remove(io);
        }
    }

    /** Cancels what reads and writes checkpoints, now and from now on. State can still be accessed. */
    void close() throws IOException {
        List<Closeable> all;
        synchronized (lock) {
            closed = true;
            all = new ArrayList<>(running);
            running.clear();
        }
        IOException failure = null;
        for (Closeable each : all) {
            try {
                each.close();
            } catch (IOException | RuntimeException e) {
                if (failure == null) {
                    failure = new IOException("cannot cancel a checkpoint of " + operator + ": " + e, e);
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Removes a directory inside the database's, unless that goes as a whole. Any thread. */
    void remove(Path directory) {
        synchronized (removal) {
            if (isDisposed()) {
                return;
            }
            try (Stream<Path> files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
            } catch (IOException | UncheckedIOException e) {
                return; // it is gone, or goes with the database
            }
        }
    }

    /** Closes the database and removes its directory, besides. */
    void dispose() throws IOException {
        try {
            close();
        } finally {
            Families open;
            synchronized (lock) {
                disposed = true;
                open = families;
                families = null;
            }
            if (open != null) {
                synchronized (removal) {
                    open.close();
                }
            }
        }
    }
}
