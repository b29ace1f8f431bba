package dev.gabion.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A process that talks by messages, seen from its driver: what it says, and the means to end it. */
public final class Child {
    /** The exit value of a process that SIGKILL ended. */
    static final int SIGKILLED = 128 + 9;

    private static final int OUTPUT_LINES = 60;
    private static final List<String> PROPERTIES =
            Collections.unmodifiableList(Arrays.asList("gabion.library", "gabion.library.directory"));

    /** Something the child said, and when it reached the driver; or the end of its output. */
    public static final class Heard {
        private final long nanoTime = System.nanoTime();
        private final Message message;

        private Heard(Message message) {
            this.message = message;
        }

        public long nanoTime() {
            return nanoTime;
        }

        public Message message() {
            return message;
        }

        public boolean isEnd() {
            return message == null;
        }
    }

    private final Process process;
    private final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
    private final Deque<String> output = new ArrayDeque<>();
    private final Thread messageReader;
    private final Thread errorReader;

    private Child(Process process) {
        this.process = process;
        this.messageReader = read(process.getInputStream(), "messages of the job");
        this.errorReader = read(process.getErrorStream(), "errors of the job");
    }

    /** Starts a command. */
    public static Child start(List<String> command) throws IOException {
        return new Child(new ProcessBuilder(command).start());
    }

    /** The command that runs the demo's job in a JVM like this one. */
    static List<String> command(List<String> arguments) {
        return command(
                Collections.emptyList(), System.getProperty("java.class.path"), Job.class.getName(), arguments);
    }

    /** The command that runs a program in a JVM of this version, with options and a class path of its own. */
    public static List<String> command(
            List<String> options, String classPath, String program, List<String> arguments) {
        Path java = Paths.get(System.getProperty("java.home"), "bin", "java");
        List<String> command = new ArrayList<>(Arrays.asList(java.toString(), "-cp", classPath));
        command.addAll(options);
        for (String property : PROPERTIES) {
            String value = System.getProperty(property);
            if (value != null) {
                command.add("-D" + property + "=" + value);
            }
        }
        command.add(program);
        command.addAll(arguments);
        return command;
    }

    /** What it said next; null if that does not come within the time. */
    public Heard next(long nanos) throws InterruptedException {
        return heard.poll(nanos, TimeUnit.NANOSECONDS);
    }

    public void tell(String order) throws IOException {
        OutputStream in = process.getOutputStream();
        in.write((order + "\n").getBytes(StandardCharsets.UTF_8));
        in.flush();
    }

    /** Sends SIGKILL. {@link Process} itself would also throw away what the child said and nobody has read yet. */
    public void kill() {
        process.toHandle().destroyForcibly();
    }

    /** Waits for its end; answers its exit value. What it said can then still be heard. */
    public int end() throws InterruptedException {
        int value = process.waitFor();
        messageReader.join();
        errorReader.join();
        return value;
    }

    /** The last lines that it printed, apart from messages. */
    public List<String> output() {
        synchronized (output) {
            return new ArrayList<>(output);
        }
    }

    private Thread read(InputStream in, String name) {
        Thread thread = new Thread(() -> read(in), name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void read(InputStream in) {
        boolean messages = in == process.getInputStream();
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                Message message = messages ? Message.parse(line) : null;
                if (message == null) {
                    note(line);
                } else {
                    heard.add(new Heard(message));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (messages) {
                heard.add(new Heard(null));
            }
        }
    }

    private void note(String line) {
        synchronized (output) {
            output.add(line);
            if (output.size() > OUTPUT_LINES) {
                output.remove();
            }
        }
    }
}
