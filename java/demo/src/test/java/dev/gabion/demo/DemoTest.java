package dev.gabion.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gabion.Backend;
import dev.gabion.Options;
import dev.gabion.SnapshotKind;
import dev.gabion.SnapshotRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
    @TempDir
    Path folder;

    @Test
    void aJobThatIsKilledThreeTimesEndsWithTheRightState() throws Exception {
        Path report = folder.resolve("out/report.html");
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream console = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        int exit;
        try {
            exit = Demo.run(
                    "--seconds", "1", "--seed", "1", "--work", folder.resolve("work").toString(),
                    "--report", report.toString(), input().toString());
        } finally {
            System.setOut(console);
        }
        String text = printed.toString(StandardCharsets.UTF_8);
        assertEquals(0, exit, text);
        assertTrue(text.endsWith("OK: 9 keys equal\n"), text);
        assertTrue(Files.readString(report).contains("keys equal, after "));
        try (var left = Files.list(folder.resolve("work"))) {
            assertEquals(0, left.count(), "nothing is left behind");
        }
    }

    @Test
    void eachKindOfWrongStateIsFound() throws Exception {
        Input input = Input.at(input());
        Position end = new Position(0, 0, 0, 2, 2, 0, 0);
        Expected expected = Expected.at(input, end, words -> {});
        try (Backend backend = Backend.open(Job.backendOptions(folder))) {
            State state = new State(backend);
            for (String word : Arrays.asList("to", "be", "or", "not")) {
                state.see(State.bytes(word), State.bytes("0:1"));
            }
            state.count(State.bytes("one.txt"), 4);
            assertEquals("counts[be] is 1, expected 2", difference(backend, expected));
            state.see(State.bytes("to"), State.bytes("0:2"));
            state.see(State.bytes("be"), State.bytes("0:3"));
            assertEquals(
                    "places[be] is a list of 2 entries, expected 2; entry 2 is 0:3, expected 0:2",
                    difference(backend, expected));
            backend.columnFamily(State.bytes(State.PLACES)).put(State.bytes("be"), State.bytes("0:1,0:2"));
            assertEquals("files[one.txt] is 4, expected 6", difference(backend, expected));
            state.count(State.bytes("one.txt"), 2);
            assertEquals(9, Comparison.count(backend, expected));
            backend.columnFamily(State.bytes(State.PLACES)).delete(State.bytes("or"));
            assertEquals("places[or] is missing, expected 0:1", difference(backend, expected));
            state.see(State.bytes("new"), State.bytes("0:1"));
            assertEquals("counts[new] is 1, expected nothing", difference(backend, expected));
        }
    }

    @Test
    void aJobThatDiesOtherwiseIsShownWithItsLastWords() throws Exception {
        Workspace workspace = Workspace.in(folder.resolve("work"));
        Display display = new Display(new PrintStream(PrintStream.nullOutputStream()), 0);
        Store store = Store.at(workspace.snapshotsUrl());
        Driver driver = new Driver(folder.resolve("absent"), workspace, store, display, 1);
        String error = assertThrows(JobDied.class, () -> driver.run(1)).getMessage();
        assertTrue(error.contains("exit value 1") && error.contains("no such input"), error);
    }

    @Test
    void aJobEndsWhenItsDriverIsGone() throws Exception {
        Workspace workspace = Workspace.in(folder.resolve("work"));
        ProcessBuilder builder = new ProcessBuilder(Child.command(Arrays.asList(
                input().toString(), workspace.snapshotsUrl(), workspace.scratch().toString(), "1")));
        Process job = builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        job.getOutputStream().close();
        assertTrue(job.waitFor(1, TimeUnit.MINUTES));
        assertEquals(3, job.exitValue());
    }

    @Test
    void aFileThatNoManifestNamesIsFound() throws Exception {
        Workspace workspace = Workspace.in(folder.resolve("work"));
        Files.createDirectories(workspace.snapshots().resolve("files"));
        Files.createFile(workspace.snapshots().resolve("sequence-of-nothing"));
        String error = assertThrows(
                        Difference.class, () -> Leftovers.check(workspace, Store.at(workspace.snapshotsUrl())))
                .getMessage();
        assertTrue(error.startsWith("sequence-of-nothing, which no manifest names"), error);
    }

    @Test
    void aStoreThatTheDemoCannotLookIntoIsComparedBySize() throws Exception {
        Workspace workspace = Workspace.in(folder.resolve("work"));
        Path elsewhere = folder.resolve("elsewhere");
        Path description = folder.resolve("store");
        Files.writeString(description, "url=" + elsewhere.toUri() + "\nstore.retries=2\n\n");
        Store store = Store.at(description.toString());
        assertEquals(Map.of("store.retries", "2"), store.options().asMap());
        try (Backend backend = Backend.open(Job.backendOptions(workspace.scratch()))) {
            backend.createColumnFamily(State.bytes("a"), new byte[0], new Options())
                    .put(State.bytes("key"), State.bytes("value"));
            backend.startSnapshot(SnapshotRequest.publish(SnapshotKind.NATIVE, store.url())).await();
        }
        String held = Leftovers.check(workspace, store);
        assertTrue(held.contains("1 snapshot hold 3 files, all named"), held);
        Files.write(elsewhere.resolve("files/of-nobody"), new byte[20_000]);
        String error = assertThrows(Difference.class, () -> Leftovers.check(workspace, store)).getMessage();
        assertTrue(error.startsWith("the snapshot directory has 2"), error);
    }

    @Test
    void aDescriptionOfAStoreWithoutAUrlIsRefused() throws Exception {
        Path description = folder.resolve("store");
        Files.writeString(description, "aws_region=us-east-1\n");
        String error = assertThrows(IOException.class, () -> Store.at(description.toString())).getMessage();
        assertTrue(error.endsWith("store has no line url=..."), error);
    }

    private static String difference(Backend backend, Expected expected) {
        return assertThrows(Difference.class, () -> Comparison.count(backend, expected)).getMessage();
    }

    private Path input() throws IOException {
        Path text = folder.resolve("text");
        Files.createDirectories(text);
        Files.writeString(text.resolve("one.txt"), "to be, or not\nto be\n");
        return text;
    }
}
