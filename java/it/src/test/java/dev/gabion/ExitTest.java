package dev.gabion;

import static dev.gabion.Given.bytes;
import static dev.gabion.Given.family;
import static dev.gabion.Given.pattern;
import static dev.gabion.Given.storage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExitTest {
    private static final int CODE = 7;

    @TempDir Path directory;

    /** What the child does: work of every kind, then an exit in the middle of it. */
    public static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws Exception {
            Path directory = Path.of(arguments[0]);
            SnapshotKind kind = SnapshotKind.valueOf(arguments[1]);
            Backend backend = Backend.open(storage(directory).set("write_buffer_size", "4M"));
            ColumnFamily family = family(backend, "f");
            for (int i = 0; i < 20_000; i++) {
                family.put(bytes("key" + i % 15_000), pattern(1000 + i % 100));
            }
            Snapshot snapshot = backend.startSnapshot(
                    SnapshotRequest.publish(kind, directory.resolve("snapshots").toUri().toString()));
            for (int i = 0; i < 3; i++) {
                daemon(() -> family.get(bytes("key7")));
            }
            daemon(() -> family.put(bytes("key7"), pattern(100)));
            Thread.sleep(Integer.parseInt(arguments[2]));
            System.out.println("exiting while the snapshot is " + snapshot.state());
            System.exit(CODE);
        }

        private static void daemon(Runnable body) {
            Thread thread = new Thread(() -> {
                try {
                    while (true) {
                        body.run();
                    }
                } catch (IllegalStateException | GabionException closed) {
                    return;
                }
            });
            thread.setDaemon(true);
            thread.start();
        }
    }

    @Test
    void an_exit_in_the_middle_of_a_snapshot_is_quick_and_clean() throws Exception {
        int rounds = Given.soak() ? 200 : 8;
        int running = 0;
        // More of them where the machine lets too many snapshots end before the exit.
        for (int round = 0; round < rounds || running < rounds / 4 && round < 10 * rounds; round++) {
            SnapshotKind kind = SnapshotKind.values()[round % 2];
            String delay = Integer.toString(round % rounds * 3 % 40);
            ChildJvm child = ChildJvm.start(directory, Program.class, directory.toString(), kind.toString(), delay);
            child.awaitOutput("exiting");
            long started = System.nanoTime();
            assertEquals(CODE, child.exit(60), child::output);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
            // Two hooks wait up to two seconds each, and the machine may be busy.
            assertTrue(millis < 20_000, "the exit took " + millis + " ms");
            running += child.output().contains("exiting while the snapshot is RUNNING") ? 1 : 0;
        }
        assertTrue(running >= rounds / 4, "only " + running + " exits came before the snapshot's end");
        // What the exits left behind goes when the next backend opens.
        Backend.open(storage(directory)).close();
        try (var files = java.nio.file.Files.list(directory)) {
            assertEquals(0, files.filter(file -> file.getFileName().toString().startsWith("gabion-")).count());
        }
    }
}
