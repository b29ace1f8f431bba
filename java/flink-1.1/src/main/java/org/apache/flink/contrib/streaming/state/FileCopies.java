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
import java.util.zip.CRC32C;

/** Copies files against their checksums, several at once if they are large. Closing it from another thread, or interrupting the copier, ends it. */
final class FileCopies implements Closeable {
    /** One file to copy, and what it must turn out to be. */
    static final class Copy {
        private final String name;
        private final long size;
        private final long crc32c;
        private final Opener<InputStream> from;
        private final Opener<OutputStream> to;

        Copy(String name, long size, long crc32c, Opener<InputStream> from, Opener<OutputStream> to) {
            this.name = name;
            this.size = size;
            this.crc32c = crc32c;
            this.from = from;
            this.to = to;
        }
    }

    /** Opens one end of a copy. */
    interface Opener<S> {
        S open() throws IOException;
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
     * @throws IOException if one can't be copied, or has another size or checksum than it should, or this is closed
     * @throws InterruptedException if the thread is interrupted
     */
    void run(List<Copy> copies) throws IOException, InterruptedException {
        if (copies.size() < 2 || copies.stream().mapToLong(copy -> copy.size).sum() < WORTH_THREADS) {
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

    /**
     * Reads a small file.
     *
     * @throws IOException if it can't be read, has more than {@code most} bytes, or this is closed
     */
    byte[] read(String name, int most, Opener<InputStream> from) throws IOException, InterruptedException {
        check(name);
        InputStream in = register(from.open());
        try {
            byte[] bytes = in.readNBytes(most);
            if (in.read() >= 0) {
                throw new IOException(name + " has more than " + most + " bytes");
            }
            return bytes;
        } finally {
            release(in);
        }
    }

    private void run(Copy copy) throws IOException, InterruptedException {
        check(copy.name);
        long copied = 0;
        CRC32C crc32c = new CRC32C();
        InputStream in = register(copy.from.open());
        try {
            OutputStream out = register(copy.to.open());
            try {
                byte[] block = new byte[(int) Math.min(BLOCK - 1, copy.size) + 1];
                for (int read; copied <= copy.size && (read = in.read(block)) >= 0; copied += read) {
                    check(copy.name);
                    crc32c.update(block, 0, read);
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
        check(copy.name);
        if (copied != copy.size) {
            throw new IOException(copy.name + " has " + (copied > copy.size ? "more than " : "only ") + Math.min(copied, copy.size)
                    + " bytes and should have " + copy.size + "; it is not what was written");
        }
        if (crc32c.getValue() != copy.crc32c) {
            throw new IOException(String.format(
                    "%s has the CRC32C %08x and should have %08x; its bytes are not those that were written", copy.name,
                    crc32c.getValue(), copy.crc32c));
        }
    }

    private void check(String name) throws IOException, InterruptedException {
        if (cancelled) {
            throw new IOException("the copying of " + name + " was cancelled");
        }
        if (Thread.interrupted()) {
            throw new InterruptedException("the copying of " + name + " was interrupted");
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
