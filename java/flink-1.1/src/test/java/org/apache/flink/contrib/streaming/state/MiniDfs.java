package org.apache.flink.contrib.streaming.state;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * A real HDFS on loopback, in a JVM of its own (tests/servers/minidfs): two name nodes, of which the first is active at the
 * beginning, and one data node. It ends with this JVM, also if that is killed: then its input is at the end.
 */
final class MiniDfs implements AutoCloseable {
    private static final Path CLASS_PATH = Path.of("../../tools/minidfs");
    /** A clean stop takes less than a second; the program gives itself ten. */
    private static final int STOP_SECONDS = 20;

    private final Process process;
    private final BufferedWriter commands;
    private final BufferedReader answers;
    private final String classPath;
    private final List<Integer> ports = new ArrayList<>();

    private MiniDfs(Process process, String classPath) {
        this.process = process;
        this.classPath = classPath;
        this.commands = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * Starts one.
     *
     * @throws IOException why this machine can't
     */
    static MiniDfs start() throws IOException, InterruptedException {
        Process reading = new ProcessBuilder(CLASS_PATH.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String classPath = new String(reading.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
        if (reading.waitFor() != 0) {
            throw new IOException(CLASS_PATH + " failed; standard error has its words");
        }
        String java = System.getProperty("java.home") + File.separator + "bin" + File.separator + "java";
        // The flags let it start in a third of the time, in half of the memory.
        ProcessBuilder program = new ProcessBuilder(
                java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m", "-cp", classPath, "MiniDfs", "ha=true");
        MiniDfs cluster = new MiniDfs(program.redirectError(ProcessBuilder.Redirect.DISCARD).start(), classPath);
        String ready = cluster.answers.readLine();
        if (ready == null || !ready.startsWith("ready ")) {
            cluster.close();
            throw new IOException("the HDFS for tests did not start: " + ready);
        }
        Arrays.stream(ready.substring("ready ".length()).split(" ")).map(Integer::valueOf).forEach(cluster.ports::add);
        return cluster;
    }

    /** The class path that it has itself: Hadoop 3.5.0, clients and all. */
    String classPath() {
        return classPath;
    }

    /** {@code host:port} of a name node, 0 or 1. */
    String nameNode(int number) {
        return "127.0.0.1:" + ports.get(number);
    }

    /** Runs a command; answers what it said. */
    String tell(String command) throws IOException {
        commands.write(command + "\n");
        commands.flush();
        String answer = answers.readLine();
        if (answer == null || !answer.startsWith("ok")) {
            throw new AssertionError(command + ": " + answer);
        }
        return answer.substring("ok".length()).trim();
    }

    /** The files in a directory, and below it, by their paths in it. No path may have a space. */
    Set<String> files(String directory) throws IOException {
        Set<String> names = new TreeSet<>();
        for (String path : tell("list " + directory).split(" ")) {
            if (!path.isEmpty()) {
                names.add(path.substring(directory.length() + 1));
            }
        }
        return names;
    }

    /** Bytes of all files in a directory and below it. */
    long bytes(String directory) throws IOException {
        return Long.parseLong(tell("bytes " + directory));
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
