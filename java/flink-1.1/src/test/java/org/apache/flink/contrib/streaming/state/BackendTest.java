package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.gabion.Gabion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.runtime.state.AbstractStateBackend;
import org.apache.flink.runtime.state.memory.MemoryStateBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * Backends over temporary directories, and a look at what each test leaves behind: nothing (checklist 10, B5 to B10, B33 to B37).
 */
abstract class BackendTest {
    @TempDir
    Path root;

    private final List<Operator> operators = new ArrayList<>();

    /** Whether the tests run at full numbers. */
    static boolean soak() {
        return "1".equals(System.getenv("GABION_SOAK"));
    }

    Path storage() {
        return root.resolve("storage");
    }

    Path checkpoints() {
        return root.resolve("checkpoints");
    }

    RocksDBStateBackend backend(Mode mode) throws IOException {
        return backend(mode, checkpoints().toUri(), new MemoryStateBackend());
    }

    RocksDBStateBackend backend(Mode mode, URI checkpoints, AbstractStateBackend others) throws IOException {
        RocksDBStateBackend backend = new RocksDBStateBackend(checkpoints, others);
        backend.setDbStoragePath(storage().toString());
        if (mode == Mode.FULLY_ASYNC) {
            backend.enableFullyAsyncSnapshots();
        }
        return backend;
    }

    /** An operator instance that is disposed after the test. */
    Operator operator(RocksDBStateBackend backend) {
        Operator operator = new Operator(backend, "test_op");
        operators.add(operator);
        return operator;
    }

    Operator operator(Mode mode) throws Exception {
        return operator(backend(mode));
    }

    static ValueStateDescriptor<String> text(String name) {
        return new ValueStateDescriptor<>(name, StringSerializer.INSTANCE, null);
    }

    static ListStateDescriptor<String> texts(String name) {
        return new ListStateDescriptor<>(name, StringSerializer.INSTANCE);
    }

    /** All files under a directory, by their paths in it. */
    static List<String> files(Path directory) throws IOException {
        return under(directory, Files::isRegularFile);
    }

    /** All files and directories in a directory, by their paths in it. */
    static List<String> everything(Path directory) throws IOException {
        return under(directory, each -> !each.equals(directory));
    }

    private static List<String> under(Path directory, Predicate<Path> wanted) throws IOException {
        while (Files.exists(directory)) {
            try (Stream<Path> all = Files.walk(directory)) {
                return all.filter(wanted).map(each -> directory.relativize(each).toString()).sorted()
                        .collect(Collectors.toList());
            } catch (UncheckedIOException e) {
                if (!(e.getCause() instanceof NoSuchFileException)) {
                    throw e;
                }
                // A database that is open removes files while they are listed: look again.
            }
        }
        return List.of();
    }

    /** For file systems on which nobody removes directories that may not be empty. */
    final void removeEmptyDirectories() throws IOException {
        assertEquals(List.of(), files(checkpoints()));
        List<String> directories = everything(checkpoints());
        for (int i = directories.size() - 1; i >= 0; i--) {
            Files.delete(checkpoints().resolve(directories.get(i)));
        }
    }

    /** Native objects that are alive, by kind. */
    static Map<String, Long> live() {
        Map<String, Long> live = new TreeMap<>(Gabion.liveObjects());
        live.values().removeIf(count -> count == 0);
        return live;
    }

    @AfterEach
    final void nothing_is_left() throws Exception {
        for (Operator operator : operators) {
            operator.backend.dispose();
        }
        assertEquals(List.of(), everything(storage()), "local files");
        assertEquals(List.of(), everything(checkpoints()), "checkpoints that the test has not discarded, or their directories");
        assertEquals(Map.of(), live(), "native objects");
    }
}
