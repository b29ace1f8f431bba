package dev.gabion.flink.bench;

import dev.gabion.demo.Message;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.Paths;

/**
 * Does with one backend what the driver tells it: an order is a line on standard input, the answer a line on standard
 * output. Random numbers start with the same seed in each worker, so that all of them do the same.
 */
public final class Worker {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final boolean onHeap;
    private final Path directory;
    private Kind kind;
    private long keys;
    private Task task;
    private Task.Snapshot snapshot;
    private long random;
    private long checkpoints;

    private Worker(boolean onHeap, Path directory) {
        this.onHeap = onHeap;
        this.directory = directory;
    }

    /**
     * Works until standard input ends.
     *
     * @param arguments "heap" or "rocks", and a directory of its own to work in
     */
    public static void main(String[] arguments) throws Exception {
        Worker worker = new Worker(arguments[0].equals("heap"), Paths.get(arguments[1]));
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = orders.readLine(); line != null; line = orders.readLine()) {
            System.out.println(worker.obey(Message.parse(line)));
            System.out.flush();
        }
        System.exit(0);
    }

    private Message obey(Message order) throws Exception {
        switch (order.name()) {
            case "open":
                return open(Kind.valueOf(order.text("kind")), order.number("keys"), order.number("writes"));
            case "write":
                return slice(true, order.number("count"));
            case "read":
                return slice(false, order.number("count"));
            case "snapshot":
                return snapshot(order.text("mode").equals("fully-async"));
            case "restore":
                return restore();
            case "close":
                task.close();
                return new Message("closed");
            default:
                throw new IllegalArgumentException("there is no order " + order);
        }
    }

    /** Opens a state and writes so many times under each key, in a mixed order. */
    private Message open(Kind kind, long keys, long writes) throws Exception {
        this.kind = kind;
        this.keys = keys;
        random = 0x9E3779B97F4A7C15L;
        long start = System.nanoTime();
        task = Task.open(onHeap, directory, kind, null);
        for (long write = 0; write < writes; write++) {
            for (long i = 0; i < keys; i++) {
                task.write(mixed(i), i);
            }
        }
        return new Message("opened").with("nanos", System.nanoTime() - start);
    }

    /** Writes or reads under random keys. */
    private Message slice(boolean write, long count) throws Exception {
        long sum = 0;
        long start = System.nanoTime();
        long cpu = THREADS.getCurrentThreadCpuTime();
        for (long i = 0; i < count; i++) {
            long key = Math.floorMod(next(), keys);
            if (write) {
                task.write(key, i);
            } else {
                sum += task.read(key);
            }
        }
        return new Message("done")
                .with("wall", System.nanoTime() - start)
                .with("cpu", THREADS.getCurrentThreadCpuTime() - cpu)
                .with("sum", sum);
    }

    private Message snapshot(boolean fullyAsync) throws Exception {
        if (snapshot != null) {
            Task.discard(snapshot.state);
        }
        snapshot = task.snapshot(fullyAsync, ++checkpoints);
        return new Message("snapshot")
                .with("pause", snapshot.pauseNanos)
                .with("nanos", snapshot.nanos)
                .with("bytes", snapshot.bytes);
    }

    /** Restores the last snapshot into a second backend; checks rows all over it. */
    private Message restore() throws Exception {
        long start = System.nanoTime();
        Task restored = Task.open(onHeap, directory, kind, snapshot.state);
        try {
            restored.read(0);
            long nanos = System.nanoTime() - start;
            long step = Math.max(1, keys / 10_000);
            for (long key = 0; key < keys; key += step) {
                long found = restored.read(key);
                long right = task.read(key);
                if (found != right) {
                    throw new IllegalStateException("key " + key + " holds " + found + " after the restore, and "
                            + right + " in the state that the snapshot is of");
                }
            }
            return new Message("restored").with("nanos", nanos);
        } finally {
            restored.close();
        }
    }

    /** The keys from 0 on in another order: the factor is a prime. */
    private long mixed(long i) {
        return i * 2_654_435_761L % keys;
    }

    private long next() {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return random;
    }
}
