package org.apache.flink.contrib.streaming.state;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A JVM like this one, with a main class of the tests and another class path. */
final class TestJvm {
    private TestJvm() {}

    /** Runs the program to its end; answers what it said. */
    static String run(Path directory, List<String> classPath, Class<?> main, Object... arguments) throws Exception {
        return run(directory, Map.of(), classPath, main, arguments);
    }

    /** Runs the program to its end with more variables in its environment; answers what it said. */
    static String run(
            Path directory, Map<String, String> environment, List<String> classPath, Class<?> main, Object... arguments)
            throws Exception {
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                "-Xmx256m",
                "-cp",
                String.join(File.pathSeparator, classPath),
                main.getName()));
        if (Runtime.version().feature() >= 24) {
            command.add(1, "--enable-native-access=ALL-UNNAMED");
        }
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        Path output = Files.createTempFile(directory, "output", ".txt");
        ProcessBuilder program = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        program.environment().putAll(environment);
        Process process = program.start();
        try {
            if (!process.waitFor(5, TimeUnit.MINUTES)) {
                throw new AssertionError("it still runs: " + Files.readString(output));
            }
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(output);
        if (process.exitValue() != 0) {
            throw new AssertionError("it ended with " + process.exitValue() + ": " + said);
        }
        return said;
    }

    /** Where a class was loaded from. */
    static String location(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    }

    /** The jars on this JVM's class path whose names are wanted. */
    static List<String> jars(Predicate<String> wanted) {
        List<String> jars = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            String name = Path.of(entry).getFileName().toString();
            if (name.endsWith(".jar") && wanted.test(name)) {
                jars.add(entry);
            }
        }
        return jars;
    }
}
