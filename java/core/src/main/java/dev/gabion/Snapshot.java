package dev.gabion;

import java.lang.ref.Reference;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * A running or ended snapshot job. Any number of threads; no method waits for the backend's writer.
 *
 * <p>Closing a running one cancels it.
 */
public final class Snapshot implements AutoCloseable {
    private static final SnapshotState[] STATES = SnapshotState.values();
    /** How long a thread stays in native code before it looks whether it was interrupted. */
    private static final long SLICE_MILLIS = 50;

    private final NativeHandle handle;
    /** Keeps the backend from being collected, and closed with it what is still in use. */
    private final Backend backend;

    Snapshot(Backend backend, long address) {
        this.backend = backend;
        handle = NativeHandle.own(
                this, backend.handle, "snapshot", address, Native::snapshotCancel, Native::snapshotFree);
    }

    /**
     * Waits until the job ends, at most {@code timeout}.
     *
     * @param timeout zero or less: a poll
     * @return the state at the end of the wait
     * @throws InterruptedException if the thread is interrupted; the job goes on
     */
    public SnapshotState await(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + nanos(timeout);
        SnapshotState state = poll(0);
        while (state == SnapshotState.RUNNING) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return state;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            state = poll(Math.min(SLICE_MILLIS, left / 1_000_000 + 1));
        }
        return state;
    }

    /**
     * Waits until the job ends.
     *
     * @return what was made
     * @throws InterruptedException if the thread is interrupted; the job goes on
     * @throws GabionException why the job failed, or that it was cancelled
     */
    public SnapshotInfo await() throws InterruptedException {
        SnapshotState state;
        do {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            state = poll(SLICE_MILLIS);
        } while (state == SnapshotState.RUNNING);
        return result();
    }

    /**
     * Returns the state, without waiting.
     *
     * @return where the job stands
     */
    public SnapshotState state() {
        return poll(0);
    }

    /**
     * Returns how far the job is.
     *
     * @return bytes done and in all
     */
    public Progress progress() {
        long snapshot = handle.pin();
        try {
            Unpacker answer = new Unpacker(Native.snapshotProgress(snapshot));
            return new Progress(answer.getLong(), answer.getLong());
        } finally {
            handle.unpin();
        }
    }

    /**
     * Returns how long the barrier held the writer.
     *
     * @return nanoseconds
     */
    public long pauseNanos() {
        long snapshot = handle.pin();
        try {
            return Native.snapshotPauseNanos(snapshot);
        } finally {
            handle.unpin();
        }
    }

    /** Asks the job to stop, and returns at once. A job that has ended stays as it is. */
    public void cancel() {
        long snapshot = handle.pin();
        try {
            Native.snapshotCancel(snapshot);
        } finally {
            handle.unpin();
        }
    }

    /**
     * Returns what was made.
     *
     * @return the completed snapshot
     * @throws GabionException why the job failed; {@code CANCELLED}; {@code RUNNING} while it runs
     */
    public SnapshotInfo result() {
        long snapshot = handle.pin();
        try {
            return SnapshotInfo.unpack(Native.snapshotResult(snapshot));
        } finally {
            handle.unpin();
        }
    }

    /**
     * Returns a future of {@link #result()}. Cancelling the future cancels the job. The job must stay open until the future
     * is done; closing it before that ends the future with an exception.
     *
     * @param executor one of its threads waits for the job's end
     * @return the future
     */
    public CompletableFuture<SnapshotInfo> done(Executor executor) {
        Done future = new Done(this);
        executor.execute(future::waitForEnd);
        return future;
    }

    @Override
    public void close() {
        handle.close();
    }

    private SnapshotState poll(long millis) {
        long snapshot = handle.pin();
        try {
            return STATES[Native.snapshotWait(snapshot, millis)];
        } finally {
            handle.unpin();
            Reference.reachabilityFence(backend);
        }
    }

    private static long nanos(Duration timeout) {
        try {
            return Math.min(timeout.toNanos(), Long.MAX_VALUE / 2); // so that deadlines don't wrap
        } catch (ArithmeticException tooLong) {
            return timeout.isNegative() ? 0 : Long.MAX_VALUE / 2;
        }
    }

    private static final class Done extends CompletableFuture<SnapshotInfo> {
        private final Snapshot snapshot;

        Done(Snapshot snapshot) {
            this.snapshot = snapshot;
        }

        void waitForEnd() {
            try {
                complete(snapshot.await());
            } catch (InterruptedException e) {
                completeExceptionally(e);
                Thread.currentThread().interrupt();
            } catch (Throwable e) { // whatever it is, the future must end
                completeExceptionally(e);
            }
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            boolean cancelled = super.cancel(mayInterruptIfRunning);
            if (cancelled) {
                try {
                    snapshot.cancel();
                } catch (IllegalStateException closed) {
                    return true; // closing has cancelled the job
                }
            }
            return cancelled;
        }
    }
}
