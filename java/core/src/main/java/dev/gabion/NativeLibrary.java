package dev.gabion;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Finds and loads the native library, once per class loader.
 *
 * <p>The system property {@code gabion.library} names the file; else it is unpacked from the class path to a file of this
 * class loader's own in {@code gabion.library.directory} (default {@code java.io.tmpdir}). A JVM binds a library file to
 * one class loader, so a named file that another one holds is copied to such a file too. An unpacked file is removed as
 * soon as it is loaded; what a process leaves that is killed in between is swept by the next one that loads.
 */
final class NativeLibrary {
    /** The version of the methods in {@link Native}; equal to that in {@code src/jni/mod.rs}. */
    static final int BOUNDARY_VERSION = 1;

    private static final String FILE = "gabion.library";
    private static final String DIRECTORY = "gabion.library.directory";
    private static final String PREFIX = "libgabion-";
    private static final String SUFFIX = ".so";
    /** The names of unpacked files: process id, its start in milliseconds, a UUID. */
    private static final Pattern UNPACKED =
            Pattern.compile("libgabion-\\d+-\\d+-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.so");

    private static final Set<StandardOpenOption> CREATE =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    /** Whatever the umask is: nobody else may write what this process is about to execute. */
    private static final FileAttribute<?> OWNERS_ALONE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private NativeLibrary() {}

    /**
     * Loads the library, or throws an error that says what to do: {@link UnsatisfiedLinkError} if it cannot be loaded,
     * {@link IncompatibleClassChangeError} if it is not of these classes' build.
     */
    static void load() {
        String file = System.getProperty(FILE);
        if (file == null) {
            loadFromClassPath();
        } else {
            loadFile(path(FILE, file).toAbsolutePath());
        }
        checkBuild();
    }

    private static Path path(String property, String text) {
        try {
            return Paths.get(text);
        } catch (InvalidPathException e) {
            UnsatisfiedLinkError error = new UnsatisfiedLinkError(
                    "the system property " + property + " is no path that this JVM can use: " + e.getMessage()
                            + "; it has sun.jnu.encoding=" + System.getProperty("sun.jnu.encoding")
                            + ": start it in a UTF-8 locale, such as LC_ALL=C.UTF-8, or set the property to a path of"
                            + " ASCII characters");
            error.initCause(e);
            throw error;
        }
    }

    private static void loadFile(Path file) {
        if (!Files.isReadable(file)) {
            throw new UnsatisfiedLinkError(
                    "the system property " + FILE + " names " + file + ", which cannot be read; name the file of libgabion.so");
        }
        try {
            System.load(file.toString());
        } catch (UnsatisfiedLinkError e) {
            if (!String.valueOf(e.getMessage()).contains("already loaded in another classloader")) {
                throw e;
            }
            loadCopy(file.toString(), () -> Files.newInputStream(file));
        }
    }

    private static void loadFromClassPath() {
        String resource = "/native/" + platform() + "/libgabion.so";
        if (NativeLibrary.class.getResource(resource) == null) {
            throw new UnsatisfiedLinkError(
                    "no " + resource + " on the class path; add gabion-native with the classifier " + platform()
                            + ", or set the system property " + FILE + " to the file of libgabion.so");
        }
        loadCopy(resource, () -> NativeLibrary.class.getResourceAsStream(resource));
    }

    private static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch");
        return (os.contains("linux") ? "linux" : os.replace(' ', '_')) + "-"
                + (arch.equals("amd64") ? "x86_64" : arch);
    }

    private interface Content {
        InputStream open() throws IOException;
    }

    private static void loadCopy(String what, Content content) {
        String property = System.getProperty(DIRECTORY) == null ? "java.io.tmpdir" : DIRECTORY;
        Path directory = path(property, System.getProperty(property));
        try {
            Files.createDirectories(directory);
            sweep(directory);
            loadCopy(directory, content);
        } catch (IOException | UnsatisfiedLinkError e) {
            UnsatisfiedLinkError error = new UnsatisfiedLinkError(
                    "cannot load " + what + " from a copy in " + directory + ": " + e.getMessage()
                            + "; set the system property " + DIRECTORY + " to a directory that is writable, has room and"
                            + " allows execution (no noexec), or " + FILE + " to the file of libgabion.so");
            error.initCause(e);
            throw error;
        }
    }

    private static void loadCopy(Path directory, Content content) throws IOException {
        while (true) {
            Path file = directory.resolve(PREFIX + process() + "-" + UUID.randomUUID() + SUFFIX);
            try (FileChannel channel = FileChannel.open(file, CREATE, OWNERS_ALONE)) {
                channel.lock(); // until the channel is closed
                if (!Files.exists(file)) {
                    continue; // another process has swept it in the instant before the lock
                }
                try {
                    copy(content, channel);
                    System.load(file.toAbsolutePath().toString());
                } finally {
                    Files.deleteIfExists(file);
                }
                return;
            }
        }
    }

    private static void copy(Content content, FileChannel to) throws IOException {
        try (InputStream in = content.open()) {
            OutputStream out = Channels.newOutputStream(to); // closed by the caller, after loading
            in.transferTo(out);
        }
    }

    /** Removes the files of processes that were killed while they loaded: those that nobody has locked. */
    private static void sweep(Path directory) throws IOException {
        String own = PREFIX + process() + "-";
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, PREFIX + "*" + SUFFIX)) {
            for (Path file : files) {
                // Closing any channel of a file gives up all locks that this process has on it, so leave its own alone.
                String name = file.getFileName().toString();
                boolean others = UNPACKED.matcher(name).matches() && !name.startsWith(own);
                if (others && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    removeIfAbandoned(file);
                }
            }
        }
    }

    private static void removeIfAbandoned(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | OverlappingFileLockException notOurs) {
            return; // another user's, or gone already
        }
    }

    /** This process, by its id and its start: ids alone repeat in containers. */
    private static String process() {
        ProcessHandle self = ProcessHandle.current();
        return self.pid() + "-" + self.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    private static void checkBuild() {
        int boundary = Native.boundaryVersion();
        String library = Native.buildId();
        String classes = classesBuildId();
        if (boundary != BOUNDARY_VERSION || !library.equals(classes)) {
            throw new IncompatibleClassChangeError(
                    "libgabion.so is of build " + library + " (boundary " + boundary + "), the classes are of build "
                            + classes + " (boundary " + BOUNDARY_VERSION + "); use those of one build");
        }
    }

    private static String classesBuildId() {
        try (InputStream in = NativeLibrary.class.getResourceAsStream("build-id")) {
            if (in != null) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8).trim();
            }
        } catch (IOException e) {
            return "unknown: " + e.getMessage();
        }
        return "unknown: the resource dev/gabion/build-id is missing";
    }
}
