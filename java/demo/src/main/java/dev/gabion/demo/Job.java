package dev.gabion.demo;

import dev.gabion.Backend;
import dev.gabion.Gabion;
import dev.gabion.GabionException;
import dev.gabion.KeyRange;
import dev.gabion.Options;
import dev.gabion.SnapshotDirectory;
import dev.gabion.SnapshotInfo;
import dev.gabion.SnapshotKind;
import dev.gabion.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.concurrent.TimeUnit;

/**
 * The job, a process of its own: reads text, keeps its state in Gabion, takes snapshots, and when it is told to finish
 * compares its live state with an independent computation. It starts from the latest snapshot, if there is one.
 */
final class Job {
    private static final long REPORT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Input input;
    private final Outbox out;
    private final Reader reader;
    private final State state;
    private final Snapshots snapshots;
    private final byte[][] names;
    private final Words words = new Words();
    private long linesSeen;
    private long wordsSeen;
    private long rowsWritten;

    private Job(Input input, Outbox out, Position from, State state, Snapshots snapshots) throws IOException {
        this.input = input;
        this.out = out;
        this.reader = new Reader(input, from);
        this.state = state;
        this.snapshots = snapshots;
        this.names = input.files().stream().map(file -> State.bytes(file.name)).toArray(byte[][]::new);
        this.linesSeen = from.lines;
        this.wordsSeen = from.words;
        this.rowsWritten = from.rows;
    }

    /** Runs until it is told to finish: {@code Job INPUT STORE STORAGE_PATH LIFE}. */
    public static void main(String[] args) throws Exception {
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> {
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
        });
        Path root = Paths.get(args[0]);
        Store store = Store.at(args[1]);
        Options options = backendOptions(Paths.get(args[2]));
        String life = args[3];

        Outbox out = new Outbox();
        Orders orders = Orders.listen();
        Input input = Input.at(root);
        try (SnapshotDirectory directory = store.open();
                Backend backend = open(options, store, directory, out);
                Snapshots snapshots = new Snapshots(backend, store, directory, life, out)) {
            Position from = backend.restoredFrom().isEmpty()
                    ? Position.START
                    : Position.of(backend.restoredFrom().get(0).metadata());
            Job job = new Job(input, out, from, new State(backend), snapshots);
            job.work(orders);
            job.finish(backend);
        }
        out.say(new Message("closed")
                .with("live", Gabion.liveObjects().values().stream().mapToLong(Long::longValue).sum()));
    }

    /** The settings of a backend whose scratch directory is in {@code storage}. */
    static Options backendOptions(Path storage) {
        return new Options().set("name", "demo").set("storage.paths", storage.toAbsolutePath().toString());
    }

    private static Backend open(Options options, Store store, SnapshotDirectory directory, Outbox out) {
        if (isEmpty(directory)) {
            Backend backend = Backend.open(options);
            out.say(new Message("opened"));
            return backend;
        }
        out.say(new Message("restoring"));
        long start = System.nanoTime();
        options.setAll(store.options().asMap());
        Backend backend = Backend.restore(options, null, KeyRange.all(), Source.latest(store.url()));
        long nanos = System.nanoTime() - start;
        SnapshotInfo info = backend.restoredFrom().get(0);
        Message message = new Message("restored")
                .with("number", info.number())
                .with("id", new String(info.id(), StandardCharsets.UTF_8))
                .with("nanos", nanos);
        out.say(Position.of(info.metadata()).addTo(message));
        return backend;
    }

    private static boolean isEmpty(SnapshotDirectory directory) {
        try {
            return directory.list().isEmpty();
        } catch (GabionException e) {
            if (e.code() == GabionException.Code.NOT_FOUND) {
                return true;
            }
            throw e;
        }
    }

    private void work(Orders orders) throws IOException {
        long reportDue = System.nanoTime();
        while (!orders.finish()) {
            readLine();
            long now = System.nanoTime();
            snapshots.startIfDue(now, this::position);
            if (now - reportDue >= 0) {
                reportDue = now + REPORT_NANOS;
                report();
            }
        }
        reader.close();
    }

    private void readLine() throws IOException {
        Lines line = reader.next();
        byte[] place = State.bytes(reader.file() + ":" + reader.line());
        long before = wordsSeen;
        words.of(line.buffer(), line.start(), line.end());
        for (byte[] word = words.next(); word != null; word = words.next()) {
            state.see(word, place);
            wordsSeen++;
        }
        long found = wordsSeen - before;
        if (found > 0) {
            state.count(names[reader.file()], found);
            rowsWritten += 2 * found + 1;
        }
        linesSeen++;
    }

    private void finish(Backend backend) throws IOException, InterruptedException {
        report();
        Position end = position();
        out.say(end.addTo(new Message("finished")));
        snapshots.takeLast(SnapshotKind.NATIVE, end);
        snapshots.takeLast(SnapshotKind.PORTABLE, end);
        snapshots.close();
        Expected expected = Expected.at(input, end, done -> out.say(new Message("checking").with("words", done)));
        try {
            out.say(new Message("equal").with("keys", Comparison.count(backend, expected)));
        } catch (Difference difference) {
            out.say(new Message("differs").with("what", difference.getMessage()));
        }
    }

    private Position position() {
        return new Position(
                reader.round(), reader.file(), reader.offset(), reader.line(), linesSeen, wordsSeen, rowsWritten);
    }

    private void report() {
        Message message = new Message("progress")
                .with("longestPut", state.longestPut())
                .with("longestMerge", state.longestMerge());
        out.say(position().addTo(message));
    }
}
