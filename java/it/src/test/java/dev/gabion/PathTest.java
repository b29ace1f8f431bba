package dev.gabion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PathTest {
    private static final String NAME = "gr\u00f6\u00dfe";

    @TempDir Path directory;

    @Test
    void a_path_is_its_bytes_and_back() throws Exception {
        Files.createDirectories(directory.resolve("there"));
        for (String name : new String[] {"a", "a b", "%41", "a%", "a+b;c?d#e", NAME, "there", "x\ty", "~"}) {
            Path path = directory.resolve(name);
            assertArrayEquals(path.toString().getBytes(StandardCharsets.UTF_8), PathBytes.of(path));
            assertEquals(path, PathBytes.path(PathBytes.of(path)));
        }
        assertArrayEquals(new byte[] {'/'}, PathBytes.of(Path.of("/")));
        assertEquals(Path.of("x").toAbsolutePath(), PathBytes.path(PathBytes.of(Path.of("x"))));
    }

    @Test
    void a_path_of_another_file_system_is_refused() throws Exception {
        URI archive = URI.create("jar:" + directory.resolve("a.zip").toUri());
        try (FileSystem other = FileSystems.newFileSystem(archive, Map.of("create", "true"))) {
            Throwable thrown = assertThrows(IllegalArgumentException.class, () -> Source.capture(other.getPath("/a")));
            assertTrue(thrown.getMessage().contains("jar"), thrown.getMessage());
        }
    }

    @Test
    void paths_that_are_not_ascii_work_in_any_locale() throws Exception {
        for (String locale : new String[] {"C", "C.UTF-8"}) {
            Path root = Files.createDirectory(directory.resolve(locale));
            ChildJvm child = ChildJvm.startShell(
                    directory, "export LC_ALL=" + locale + "; exec \"$@\"", Program.class, root.toString());
            assertEquals(0, child.exit(60), child::output);
            assertTrue(Files.exists(root.resolve("captures").resolve(NAME + "-capture").resolve("gabion.manifest")));
            assertTrue(Files.isDirectory(root.resolve(NAME)));
        }
    }

    /** Has its scratch directory, and a capture, in a directory whose name is not ASCII. */
    public static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws Exception {
            Options storage = new Options().set("storage.paths", arguments[0] + "/" + NAME);
            Path captures = Files.createDirectory(Path.of(arguments[0], "captures"));
            Path capture = PathBytes.path(Given.bytes(captures + "/" + NAME + "-capture"));
            try (Backend backend = Backend.open(storage)) {
                check(Files.isDirectory(backend.directory()), "the scratch directory is not where it is said to be");
                Given.put(Given.family(backend, "f"), "k", "v");
                try (Snapshot snapshot =
                        backend.startSnapshot(SnapshotRequest.capture(SnapshotKind.NATIVE, capture))) {
                    snapshot.await();
                }
            }
            check(Files.exists(capture.resolve("gabion.manifest")), "the capture is not where it was asked for");
            try (Backend restored = Backend.restore(storage, null, KeyRange.all(), Source.capture(capture))) {
                check("v".equals(Given.get(restored.columnFamily(Given.bytes("f")), "k")), "the row is not there");
            }
        }

        private static void check(boolean good, String otherwise) {
            if (!good) {
                throw new AssertionError(otherwise);
            }
        }
    }
}
