package dev.gabion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDB;

class LoaderTest {
    private static final String FILE = "gabion.library";
    private static final String DIRECTORY = "gabion.library.directory";

    @TempDir Path directory;
    @TempDir Path scratch;
    private String file;

    @BeforeEach
    void remember() {
        file = System.getProperty(FILE);
        System.setProperty(DIRECTORY, directory.toString());
        Gabion.version(); // so that this class loader holds the library
    }

    @AfterEach
    void restore() {
        System.clearProperty(DIRECTORY);
        if (file == null) {
            System.clearProperty(FILE);
        } else {
            System.setProperty(FILE, file);
        }
    }

    /** Runs in a class loader of its own. */
    public static final class Program {
        private Program() {}

        public static String run(String scratch) {
            try (Backend backend = Backend.open(Given.storage(Path.of(scratch)))) {
                ColumnFamily family = Given.family(backend, "f");
                Given.put(family, "k", "v");
                Given.assertCode(GabionException.Code.ALREADY_EXISTS, () -> Given.family(backend, "f"));
                return Given.get(family, "k");
            }
        }
    }

    /** A loader that shares nothing but the JDK with this one; {@code first} goes before the class path. */
    private static URLClassLoader loader(Path... first) throws Exception {
        List<URL> urls = new ArrayList<>();
        for (Path path : first) {
            urls.add(path.toUri().toURL());
        }
        for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
            urls.add(Path.of(path).toUri().toURL());
        }
        return new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
    }

    private String run(ClassLoader loader) throws Throwable {
        Class<?> program = loader.loadClass(Program.class.getName());
        assertNotSame(Program.class, program);
        try {
            return (String) program.getMethod("run", String.class).invoke(null, scratch.toString());
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private String failure(Class<? extends LinkageError> kind, Path... first) throws Exception {
        try (URLClassLoader loader = loader(first)) {
            return assertThrows(kind, () -> run(loader)).getMessage();
        }
    }

    private List<String> left() throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(path -> path.getFileName().toString()).sorted().collect(Collectors.toList());
        }
    }

    private static String unpacked(String process) {
        return "libgabion-" + process + "-0b0e7a54-0000-4000-8000-000000000000.so";
    }

    @Test
    void an_explicit_file_serves_several_class_loaders() throws Throwable {
        assumeTrue(file != null, "the property " + FILE + " is not set");
        try (URLClassLoader one = loader();
                URLClassLoader other = loader()) {
            assertEquals("v", run(one));
            assertEquals("v", run(other));
            assertEquals("v", Program.run(scratch.toString()));
        }
        assertEquals(List.of(), left());
    }

    @Test
    void the_class_path_serves_several_class_loaders_and_leaves_no_file() throws Throwable {
        System.clearProperty(FILE);
        try (URLClassLoader one = loader();
                URLClassLoader other = loader()) {
            assertEquals("v", run(one));
            assertEquals("v", run(other));
        }
        assertEquals(List.of(), left());
    }

    @Test
    void what_a_killed_process_left_is_swept_and_what_is_in_use_is_not() throws Throwable {
        System.clearProperty(FILE);
        Files.writeString(directory.resolve(unpacked("1-2")), "half a lib");
        List<String> strangers = List.of(
                "libgabion-1-2-0b0e7a54-0000-4000-8000-000000000000.so.so",
                "libgabion-1-2.so",
                "libgabion-1-x-0b0e7a54-0000-4000-8000-000000000000.so",
                "libgabion-mine.so",
                "libother.so");
        for (String name : strangers) {
            Files.writeString(directory.resolve(name), "not ours");
        }
        Path held = directory.resolve(unpacked("3-4"));
        ChildJvm holder = ChildJvm.start(scratch, Holder.class, held.toString());
        try {
            holder.awaitOutput("locked");
            try (URLClassLoader loader = loader()) {
                assertEquals("v", run(loader));
            }
            assertEquals(sorted(strangers, held.getFileName().toString()), left());
        } finally {
            holder.process.destroyForcibly().waitFor();
        }
        try (URLClassLoader loader = loader()) {
            assertEquals("v", run(loader));
        }
        assertEquals(strangers, left());
    }

    private static List<String> sorted(List<String> some, String more) {
        return Stream.concat(some.stream(), Stream.of(more)).sorted().collect(Collectors.toList());
    }

    @Test
    void an_unpacked_file_is_the_owners_alone_whatever_the_umask() throws Throwable {
        System.clearProperty(FILE);
        Path modes = scratch.resolve("modes");
        String seen = "[]";
        for (int i = 0; i < 20 && seen.equals("[]"); i++) { // the file may come and go between two looks
            ChildJvm child = ChildJvm.startShell(
                    scratch, "umask 0; exec \"$@\"", Watcher.class, directory.toString(), modes.toString());
            assertEquals(0, child.exit(120), child::output);
            seen = Files.readString(modes);
        }
        assertEquals("[rw-------]", seen);
    }

    /** Loads the library from the class path, and writes down the modes that its file had. */
    public static final class Watcher {
        private Watcher() {}

        public static void main(String[] arguments) throws Exception {
            System.clearProperty(FILE);
            System.setProperty(DIRECTORY, arguments[0]);
            Set<String> modes = ConcurrentHashMap.newKeySet();
            CountDownLatch watching = new CountDownLatch(1);
            AtomicBoolean loaded = new AtomicBoolean();
            Thread watcher = new Thread(() -> {
                while (!loaded.get()) {
                    try (Stream<Path> files = Files.list(Path.of(arguments[0]))) {
                        for (Path file : (Iterable<Path>) files::iterator) {
                            modes.add(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
                        }
                    } catch (IOException | UncheckedIOException gone) {
                        continue;
                    }
                    watching.countDown();
                }
            });
            watcher.setDaemon(true); // a failure to load ends the process
            watcher.start();
            watching.await();
            Gabion.version();
            loaded.set(true);
            watcher.join();
            Files.writeString(Path.of(arguments[1]), modes.toString());
        }
    }

    @Test
    void a_path_that_the_locale_cannot_express_is_named_with_what_to_do() throws Throwable {
        Path folder = Files.createDirectory(scratch.resolve("gr\u00f6\u00dfe"));
        for (String property : List.of(FILE, DIRECTORY)) {
            String script = "export LC_ALL=C; j=\"$1\"; shift; exec \"$j\" \"-D" + property + "=" + folder + "\" \"$@\"";
            ChildJvm child = ChildJvm.startShell(scratch, script, Version.class);
            assertEquals(1, child.exit(60), child::output);
            for (String part : List.of("UnsatisfiedLinkError", property, "ANSI_X3.4-1968", "LC_ALL=C.UTF-8")) {
                assertTrue(child.output().contains(part), child.output());
            }
        }
    }

    /** Loads the library as the properties say. */
    public static final class Version {
        private Version() {}

        public static void main(String[] arguments) {
            System.out.println(Gabion.version());
        }
    }

    /** A process in the middle of loading. */
    public static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws Exception {
            try (FileChannel channel = FileChannel.open(
                            Path.of(arguments[0]), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                System.out.println("locked " + lock.isValid());
                Thread.sleep(600_000);
            }
        }
    }

    @Test
    void a_file_that_is_not_there_is_named_with_its_property() throws Exception {
        System.setProperty(FILE, directory.resolve("nowhere.so").toString());
        String message = failure(UnsatisfiedLinkError.class);
        assertTrue(message.contains(FILE) && message.contains("nowhere.so"), message);
    }

    @Test
    void a_directory_without_room_or_execution_is_named_with_its_property() throws Exception {
        System.clearProperty(FILE);
        for (String option : List.of("size=1m", "noexec")) {
            Path mount = Files.createDirectory(directory.resolve(option));
            Process mounting = new ProcessBuilder("mount", "-t", "tmpfs", "-o", option, "tmpfs", mount.toString()).start();
            assumeTrue(mounting.waitFor() == 0, "mounting a tmpfs is not allowed here");
            try {
                System.setProperty(DIRECTORY, mount.toString());
                String message = failure(UnsatisfiedLinkError.class);
                for (String part : List.of(DIRECTORY, FILE, mount.toString())) {
                    assertTrue(message.contains(part), message);
                }
                try (Stream<Path> files = Files.list(mount)) {
                    assertEquals(0, files.count());
                }
            } finally {
                new ProcessBuilder("umount", "--lazy", mount.toString()).start().waitFor();
            }
        }
    }

    @Test
    void a_directory_that_cannot_be_made_is_named_with_its_property() throws Exception {
        System.clearProperty(FILE);
        Path plain = Files.createFile(directory.resolve("plain"));
        System.setProperty(DIRECTORY, plain.toString());
        String message = failure(UnsatisfiedLinkError.class);
        assertTrue(message.contains(DIRECTORY) && message.contains(plain.toString()), message);
    }

    @Test
    void classes_of_another_build_are_refused_with_both_ids() throws Exception {
        Path other = Files.createDirectories(scratch.resolve("other/dev/gabion"));
        Files.writeString(other.resolve("build-id"), "9.9.9");
        String message = failure(IncompatibleClassChangeError.class, scratch.resolve("other"));
        assertTrue(message.contains("9.9.9") && message.contains(Native.buildId()), message);
    }

    @Test
    void classes_that_lack_a_native_method_are_refused_when_the_library_is_loaded() throws Exception {
        Path source = Files.createDirectories(scratch.resolve("source/dev/gabion")).resolve("Native.java");
        Files.writeString(
                source,
                "package dev.gabion; final class Native { static { NativeLibrary.load(); }"
                        + " static RuntimeException failure(int code, byte[] message) { return null; }"
                        + " static native int boundaryVersion(); static native String version();"
                        + " static native long backendOpen(byte[] options, long budget); }");
        Path classes = Files.createDirectories(scratch.resolve("classes"));
        int status = ToolProvider.getSystemJavaCompiler()
                .run(null, null, null, "-nowarn", "-proc:none", "-implicit:none", "--release", "11",
                        "-cp", System.getProperty("java.class.path"), "-d", classes.toString(), source.toString());
        assertEquals(0, status);
        String message = failure(IncompatibleClassChangeError.class, classes);
        assertTrue(message.contains("buildId") && message.contains("one build"), message);
    }

    @Test
    void a_class_loader_that_is_done_can_be_collected() throws Throwable {
        System.clearProperty(FILE);
        WeakReference<ClassLoader> gone = runAndForget();
        for (int i = 0; i < 200 && gone.get() != null; i++) {
            System.gc();
            Thread.sleep(50);
        }
        assertEquals(null, gone.get(), "the class loader is still reachable");
        assertEquals("v", Program.run(scratch.toString()));
        Thread.sleep(200); // native threads of the unloaded copy, if any, would run into the void
    }

    private WeakReference<ClassLoader> runAndForget() throws Throwable {
        try (URLClassLoader loader = loader()) {
            assertEquals("v", run(loader));
            return new WeakReference<>(loader);
        }
    }

    @Test
    void rocksdbjni_works_in_the_same_process() throws Exception {
        RocksDB.loadLibrary();
        try (org.rocksdb.Options options = new org.rocksdb.Options().setCreateIfMissing(true);
                RocksDB rocks = RocksDB.open(options, directory.resolve("rocks").toString());
                Backend backend = Backend.open(Given.storage(scratch))) {
            ColumnFamily family = Given.family(backend, "f");
            for (int i = 0; i < 10_000; i++) {
                byte[] key = Given.bytes("k" + i);
                family.put(key, Given.pattern(i % 100));
                rocks.put(key, Given.pattern(i % 100));
            }
            try (org.rocksdb.FlushOptions flush = new org.rocksdb.FlushOptions()) {
                rocks.flush(flush);
            }
            for (int i = 0; i < 10_000; i++) {
                byte[] key = Given.bytes("k" + i);
                org.junit.jupiter.api.Assertions.assertArrayEquals(rocks.get(key), family.get(key));
            }
        }
    }
}
