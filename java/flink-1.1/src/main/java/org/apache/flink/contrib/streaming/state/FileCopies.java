package org.apache.flink.contrib.streaming.state;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Copies files, several at once if they are large. Closing it from another thread, or interrupting the copier, ends it. */
final class FileCopies implements Closeable {
    /** One file to copy. */
    interface Copy {
        String name();

        long size();

        InputStream from() throws IOException;

        OutputStream to() throws IOException;
    }

    private static final int BLOCK = 256 << 10;
    private static final int THREADS = 4;
    /** Below this many bytes in all, threads cost more than they bring. */
    private static final long WORTH_THREADS = 8 << 20;

    private final Set<Closeable> open = ConcurrentHashMap.newKeySet();
    private volatile boolean cancelled;

    /**
     * Copies all files. When it returns or throws, no thread writes any more.
     *
     * @throws IOException if one can't be copied, or has another size than announced, or this is closed
     * @throws InterruptedException if the thread is interrupted
     */
    void run(List<Copy> copies) throws IOException, InterruptedException {
        if (copies.size() < 2 || copies.stream().mapToLong(Copy::size).sum() < WORTH_THREADS) {
            for (Copy copy : copies) {
                run(copy);
            }
            return;
        }
        ExecutorService threads = Executors.newFixedThreadPool(Math.min(THREADS, copies.size()), work -> {
            Thread thread = new Thread(work, "gabion-copy");
            thread.setDaemon(true);
            return thread;
        });
        boolean copied = false;
        try {
            CompletionService<Void> ends = new ExecutorCompletionService<>(threads);
            for (Copy copy : copies) {
                ends.submit(() -> {
                    run(copy);
                    return null;
                });
            }
            for (int left = copies.size(); left > 0; left--) {
                check(ends.take());
            }
            copied = true;
        } finally {
            if (!copied) {
                close();
            }
            end(threads);
        }
    }

    /** Stops the copying; what has been written is the copier's to remove. */
    @Override
    public void close() {
        cancelled = true;
        for (Closeable each : open) {
            closeQuietly(each);
        }
    }

    private static void check(Future<?> copy) throws IOException, InterruptedException {
        try {
            copy.get();
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().getMessage(), e.getCause());
        }
    }

    /** Waits until no thread writes any more: after that, what they wrote can be removed. */
    private static void end(ExecutorService threads) {
        threads.shutdown();
        boolean interrupted = false;
        while (!threads.isTerminated()) {
            try {
                threads.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(Copy copy) throws IOException, InterruptedException {
        check(copy);
        long copied = 0;
        InputStream in = register(copy.from());
        try {
            OutputStream out = register(copy.to());
            try {
                byte[] block = new byte[(int) Math.min(BLOCK, copy.size() + 1)];
                for (int read; (read = in.read(block)) >= 0; copied += read) {
                    check(copy);
                    out.write(block, 0, read);
                }
            } catch (Throwable t) {
                release(out);
                throw t;
            }
            open.remove(out);
            out.close();
        } finally {
            release(in);
        }
        check(copy);
        if (copied != copy.size()) {
            throw new IOException(copy.name() + " has " + copied + " bytes and should have " + copy.size() + "; it is not complete");
        }
    }

    private void check(Copy copy) throws IOException, InterruptedException {
        if (cancelled) {
            throw new IOException("the copying of " + copy.name() + " was cancelled");
        }
        if (Thread.interrupted()) {
            throw new InterruptedException("the copying of " + copy.name() + " was interrupted");
        }
    }

    private <C extends Closeable> C register(C stream) {
        open.add(stream);
        if (cancelled) {
            closeQuietly(stream);
        }
        return stream;
    }

    private void release(Closeable stream) {
        open.remove(stream);
        closeQuietly(stream);
    }

    private static void closeQuietly(Closeable stream) {
        try {
            stream.close();
        } catch (IOException | RuntimeException e) {
            return; // the copy fails anyway, or has been read to its end
        }
    }
}
