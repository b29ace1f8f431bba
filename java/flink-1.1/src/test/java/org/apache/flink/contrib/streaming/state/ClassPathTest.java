package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gabion.Backend;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.common.typeutils.base.VoidSerializer;
import org.apache.flink.runtime.operators.testutils.DummyEnvironment;
import org.apache.flink.runtime.state.KvStateSnapshot;
import org.apache.flink.runtime.state.memory.MemoryStateBackend;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rocksdb.DBOptions;

/** Other JVMs and class loaders than those of the task. */
class ClassPathTest extends BackendTest {
    /** 2.7 item 6; checklist 17. */
    @Test
    @SuppressWarnings("rawtypes") // as Flink 1.1's handle has it
    void the_job_manager_needs_neither_the_engine_nor_the_options() throws Exception {
        List<String> arguments = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (Mode mode : Mode.values()) {
            Operator operator = operator(mode).start();
            operator.key(1);
            operator.state(text("value")).update("x");
            KvStateSnapshot<?, ?, ?, ?, ?> snapshot = operator.snapshot(1);
            arguments.add(store(snapshot, mode.name()));
            expected.add(snapshot.getClass().getSimpleName() + " " + snapshot.getStateSize());
        }
        Path old = Files.createDirectories(checkpoints().resolve("old/backup/private"));
        Files.write(old.resolve("000001.sst"), new byte[77]);
        List<StateDescriptor> descriptors = new ArrayList<>(List.of(text("value")));
        arguments.add(store(new RocksDBStateBackend.FinalSemiAsyncSnapshot(
                old.getParent().toUri(), 1, descriptors), "old"));
        expected.add("FinalSemiAsyncSnapshot 77");
        assertEquals(expected, List.of(runWithoutEngine(arguments).trim().split("\n")));
        assertFalse(Files.exists(old.getParent()));
        Files.delete(checkpoints().resolve("old"));
    }

    private String store(KvStateSnapshot<?, ?, ?, ?, ?> snapshot, String name) throws IOException {
        Path file = root.resolve(name);
        Files.write(file, InstantiationUtil.serializeObject(snapshot));
        return file.toString();
    }

    private static Path placeOf(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static List<String> classPath() {
        return List.of(System.getProperty("java.class.path").split(File.pathSeparator));
    }

    private static String runWithoutEngine(List<String> arguments) throws Exception {
        List<String> classPath = new ArrayList<>(classPath());
        for (Class<?> absent : new Class<?>[] {Backend.class, DBOptions.class}) {
            assertTrue(classPath.remove(placeOf(absent).toString()), placeOf(absent) + " in " + classPath);
        }
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().get(), "-Xmx128m", "-cp", String.join(File.pathSeparator, classPath),
                JobManagerProgram.class.getName()));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(2, TimeUnit.MINUTES));
        assertEquals(0, process.exitValue(), output);
        return output;
    }

    /** All classes once more, in a loader of their own. */
    private static URLClassLoader loader(URL... first) throws Exception {
        List<URL> urls = new ArrayList<>(List.of(first));
        for (String entry : classPath()) {
            urls.add(new File(entry).toURI().toURL());
        }
        return new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
    }

    /** B31; checklist 18. */
    @Test
    void two_class_loaders_use_the_backend_side_by_side() throws Exception {
        Operator here = operator(Mode.SEMI_ASYNC).start();
        here.key(1);
        here.state(text("value")).update("here");
        for (int i = 0; i < 2; i++) {
            try (URLClassLoader other = loader()) {
                Class<?> program = other.loadClass(Program.class.getName());
                assertFalse(program.equals(Program.class));
                assertEquals("there", program.getMethod("run", URI.class, String.class)
                        .invoke(null, checkpoints().toUri(), storage().toString()));
            }
        }
        assertEquals("here", here.state(text("value")).value());
    }

    /** Runs in the other loader. */
    public static final class Program {
        private Program() {}

        public static String run(URI checkpoints, String storage) throws Exception {
            RocksDBStateBackend backend = new RocksDBStateBackend(checkpoints, new MemoryStateBackend());
            backend.setDbStoragePath(storage);
            Operator operator = new Operator(backend, "other").start();
            operator.key(1);
            operator.state(text("value")).update("there");
            KvStateSnapshot<?, ?, ?, ?, ?> snapshot = operator.snapshot(1);
            operator.restartFrom(snapshot);
            snapshot.discardState();
            operator.key(1);
            String value = operator.state(text("value")).value();
            backend.dispose();
            return value;
        }
    }

    /** A fat jar that brings the real rocksdbjni. */
    @Test
    void options_of_another_origin_are_refused_with_the_place_they_came_from() throws Exception {
        Path foreign = compile("org/rocksdb/DBOptions", "package org.rocksdb; public class DBOptions {}");
        try (URLClassLoader other = loader(foreign.toUri().toURL())) {
            Class<?> program = other.loadClass(Program.class.getName());
            InvocationTargetException thrown = assertThrows(
                    InvocationTargetException.class,
                    () -> program.getMethod("run", URI.class, String.class)
                            .invoke(null, checkpoints().toUri(), storage().toString()));
            String message = thrown.getCause().getMessage();
            assertTrue(message.contains(foreign.toString()) && message.contains("rocksdbjni"), message);
        }
        Files.deleteIfExists(storage());
    }

    private Path compile(String name, String source) throws IOException {
        Path directory = Files.createTempDirectory(root, "compiled");
        Path file = directory.resolve(name + ".java");
        Files.createDirectories(file.getParent());
        Files.writeString(file, source);
        assertEquals(0, ToolProvider.getSystemJavaCompiler().run(
                null, null, null, "-nowarn", "-cp", System.getProperty("java.class.path"), "-d", directory.toString(),
                file.toString()));
        return directory;
    }

    /** B42: serializers of the user's are known to the user's class loader only. */
    @ParameterizedTest
    @EnumSource
    void serializers_are_read_with_the_users_class_loader(Mode mode) throws Exception {
        Path classes = compile("user/UserSerializer", String.join("\n",
                "package user;",
                "import org.apache.flink.api.common.typeutils.base.*;",
                "import org.apache.flink.core.memory.*;",
                "public class UserSerializer extends TypeSerializerSingleton<String> {",
                "  final int build;",
                "  public UserSerializer(int build) { this.build = build; }",
                "  public boolean isImmutableType() { return true; }",
                "  public String createInstance() { return \"\"; }",
                "  public String copy(String from) { return from; }",
                "  public String copy(String from, String reuse) { return from; }",
                "  public int getLength() { return -1; }",
                "  public void serialize(String text, DataOutputView out) throws java.io.IOException { out.writeUTF(text); }",
                "  public String deserialize(DataInputView in) throws java.io.IOException { return in.readUTF(); }",
                "  public String deserialize(String reuse, DataInputView in) throws java.io.IOException { return in.readUTF(); }",
                "  public void copy(DataInputView in, DataOutputView out) throws java.io.IOException { out.writeUTF(in.readUTF()); }",
                "  public boolean canEqual(Object other) { return other instanceof UserSerializer; }",
                "}"));
        try (URLClassLoader user =
                new URLClassLoader(new URL[] {classes.toUri().toURL()}, getClass().getClassLoader())) {
            DummyEnvironment environment = new DummyEnvironment("test", 1, 0) {
                @Override
                public ClassLoader getUserClassLoader() {
                    return user;
                }
            };
            RocksDBStateBackend backend = backend(mode);
            operator(backend); // disposes it in the end
            backend.initializeForJob(environment, "op", serializer(user, 1));
            backend.setCurrentKey("k");
            value(backend, serializer(user, 1)).update("x");
            KvStateSnapshot<?, ?, ?, ?, ?> snapshot = new Operator(backend, "op").snapshot(1);
            backend.dispose();
            backend.initializeForJob(environment, "op", serializer(user, 2)); // other bytes, so that it must be read
            backend.injectKeyValueStateSnapshots(Operator.asMap(snapshot));
            backend.setCurrentKey("k");
            assertEquals("x", value(backend, serializer(user, 2)).value());
            assertThrows(RuntimeException.class, () -> value(backend, StringSerializer.INSTANCE));
            Operator ints = operator(backend).start();
            RuntimeException thrown = assertThrows(RuntimeException.class, () -> ints.restore(snapshot));
            assertTrue(thrown.getMessage().contains("user.UserSerializer"), thrown.getMessage());
            snapshot.discardState();
        }
    }

    @SuppressWarnings("unchecked") // its class is compiled above
    private static TypeSerializer<String> serializer(ClassLoader user, int build) throws Exception {
        return (TypeSerializer<String>)
                user.loadClass("user.UserSerializer").getConstructor(int.class).newInstance(build);
    }

    private static ValueState<String> value(RocksDBStateBackend backend, TypeSerializer<String> serializer) throws Exception {
        return backend.getPartitionedState(
                null, VoidSerializer.INSTANCE, new ValueStateDescriptor<>("value", serializer, null));
    }
}
