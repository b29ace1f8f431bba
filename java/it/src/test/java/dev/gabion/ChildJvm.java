package dev.gabion;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM like this one, with a main class of the tests. */
final class ChildJvm {
    final Process process;
    private final Path directory;
    private final Path output;

    private ChildJvm(Process process, Path directory, Path output) {
        this.process = process;
        this.directory = directory;
        this.output = output;
    }

    static ChildJvm start(Path directory, Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                java(),
                "-Xcheck:jni",
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path")));
        String library = System.getProperty("gabion.library");
        if (library != null) {
            command.add("-Dgabion.library=" + library);
        }
        return start(directory, command, main, arguments);
    }

    /** One with another class path, which may hold foreign native code: without checks of its JNI calls. */
    static ChildJvm startPlain(Path directory, String classPath, Class<?> main, String... arguments) throws IOException {
        List<String> command =
                new ArrayList<>(List.of(java(), "-Xmx256m", "--enable-native-access=ALL-UNNAMED", "-cp", classPath));
        return start(directory, command, main, arguments);
    }

    /** One that a shell script starts: its arguments are the command; without the library's property. */
    static ChildJvm startShell(Path directory, String script, Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        command.addAll(List.of(
                java(), "-Xmx256m", "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path")));
        return start(directory, command, main, arguments);
    }

    private static String java() {
        return System.getProperty("java.home") + File.separator + "bin" + File.separator + "java";
    }

    private static ChildJvm start(Path directory, List<String> command, Class<?> main, String... arguments)
            throws IOException {
        command.add(main.getName());
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(directory, "output", ".txt");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        return new ChildJvm(process, directory, output);
    }

    /** What it has written so far. */
    String output() {
        try {
            return Files.readString(output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void awaitOutput(String text) throws InterruptedException {
        for (int i = 0; i < 6000 && !output().contains(text); i++) {
            assertTrue(process.isAlive(), () -> "it ended before it said " + text + ": " + output());
            Thread.sleep(10);
        }
        assertTrue(output().contains(text), () -> "it did not say " + text + " within a minute: " + output());
    }

    /** Its exit code; the JVM must not have crashed, nor -Xcheck:jni found anything. */
    int exit(long seconds) throws Exception {
        assertTrue(process.waitFor(seconds, TimeUnit.SECONDS), () -> "it still runs after " + seconds + " s: " + output());
        String said = output();
        assertFalse(said.contains("in native method"), said);
        try (var files = Files.list(directory)) {
            files.forEach(file -> assertFalse(file.getFileName().toString().startsWith("hs_err"), said));
        }
        return process.exitValue();
    }
}
