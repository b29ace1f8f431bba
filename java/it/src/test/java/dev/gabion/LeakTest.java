package dev.gabion;

import static dev.gabion.Given.bytes;
import static dev.gabion.Given.family;
import static dev.gabion.Given.put;
import static dev.gabion.Given.storage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

class LeakTest {
    /** What a cycle may add to the resident memory, and what the JVM itself may add over all of them. */
    private static final long PER_CYCLE = 1 << 10;
    private static final long SLACK = 24 << 20;

    @TempDir Path scratch;

    @BeforeEach
    void nothing_is_alive() throws Exception {
        collectUntilNothingIsAlive();
    }

    private static long alive() {
        return Gabion.liveObjects().values().stream().mapToLong(Long::longValue).sum();
    }

    private static void collectUntilNothingIsAlive() throws InterruptedException {
        for (int i = 0; i < 200 && alive() > 0; i++) {
            System.gc();
            Thread.sleep(50);
        }
        Map<String, Long> left = Gabion.liveObjects();
        assertEquals(0, alive(), left.toString());
    }

    private static long resident() throws IOException {
        System.gc();
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("RssAnon:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        throw new IOException("no RssAnon in /proc/self/status");
    }

    private void cycle() {
        Backend backend = Backend.open(storage(scratch));
        ColumnFamily family = family(backend, "f");
        Batch batch = new Batch();
        batch.put(family, bytes("b"), bytes("v"));
        backend.write(batch);
        View view = backend.view();
        PulledStream stream = backend.pullStream(bytes(""), bytes(""));
        Scan scan = family.scan(ScanRange.all());
        assertTrue(scan.next());
        assertTrue(Gabion.liveObjects().get("scans") > 0);
        put(family, "k", "v");
        if (backend.hashCode() % 2 == 0) { // any order will do
            batch.close();
            backend.close();
            scan.close();
        } else {
            scan.close();
            stream.close();
            view.close();
            backend.close();
            batch.close();
        }
        assertEquals(0, alive(), Gabion.liveObjects()::toString);
    }

    @Test
    void opening_and_closing_leaves_no_object_and_no_memory(TestReporter reporter) throws Exception {
        int cycles = Given.soak() ? 10_000 : 500;
        for (int i = 0; i < 150; i++) {
            cycle();
        }
        long before = resident();
        for (int i = 0; i < cycles; i++) {
            cycle();
        }
        long grown = resident() - before;
        reporter.publishEntry("bytes more after " + cycles + " cycles", Long.toString(grown));
        assertTrue(grown < SLACK + cycles * PER_CYCLE, grown + " bytes more after " + cycles + " cycles");
    }

    @Test
    void failed_calls_leave_no_object() {
        for (int i = 0; i < 200; i++) {
            Given.assertCode(
                    GabionException.Code.INVALID_ARGUMENT, () -> Backend.open(storage(scratch).set("no.such", "option")));
            Given.assertCode(GabionException.Code.INVALID_ARGUMENT, () -> new Budget(1));
        }
        assertEquals(0, alive(), Gabion.liveObjects()::toString);
    }

    @Test
    void what_is_never_closed_is_freed_some_time() throws Exception {
        abandon();
        collectUntilNothingIsAlive();
        assertEquals(0, Files.list(scratch).filter(Files::isDirectory).count());
    }

    private void abandon() {
        Backend backend = Backend.open(storage(scratch));
        ColumnFamily family = family(backend, "f");
        put(family, "k", "v");
        Object[] held = {
            backend,
            family,
            family.scan(ScanRange.all()),
            backend.view(),
            backend.pullStream(bytes(""), bytes("")),
            PushedStream.open(storage(scratch), null, KeyRange.all()),
            new Batch().put(family, bytes("k"), bytes("v")),
            new Budget(1 << 20)
        };
        assertTrue(alive() >= 7, Gabion.liveObjects().toString());
        Reference.reachabilityFence(held); // a collection before that would free some
    }
}
