package dev.gabion.flink.bench;

import dev.gabion.demo.Child;
import dev.gabion.demo.JobDied;
import dev.gabion.demo.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One of those that are measured: a worker in a JVM of its own. One thread. */
final class Contender {
    private static final long SILENCE_NANOS = TimeUnit.MINUTES.toNanos(30);

    /** What is measured, in the order of the columns. The first is compared with the others. */
    enum Which {
        GABION("Gabion", "rocks", "-Xmx1g"),
        UPSTREAM("upstream 1.1.3", "rocks", "-Xmx1g"),
        HEAP("heap", "heap", "-Xmx6g");

        final String text;
        private final String backend;
        private final String heap;

        Which(String text, String backend, String heap) {
            this.text = text;
            this.backend = backend;
            this.heap = heap;
        }
    }

    final Which which;
    private final Child child;

    private Contender(Which which, Child child) {
        this.which = which;
        this.child = child;
    }

    /** Starts one of each. */
    static List<Contender> startAll(Settings settings, Path directory) throws IOException {
        List<Contender> all = new ArrayList<>();
        for (Which which : Which.values()) {
            Path own = Files.createDirectories(directory.resolve(which.name()));
            String classPath = System.getProperty("java.class.path");
            if (which == Which.UPSTREAM) {
                classPath = settings.upstream;
            }
            all.add(new Contender(which, Child.start(Child.command(
                    Arrays.asList(which.heap), classPath, Worker.class.getName(),
                    Arrays.asList(which.backend, own.toString())))));
        }
        return all;
    }

    /** Gives it an order, and waits for the answer. */
    Message ask(Message order) throws IOException, InterruptedException, JobDied {
        child.tell(order.toString());
        Child.Heard heard = child.next(SILENCE_NANOS);
        if (heard == null || heard.isEnd()) {
            child.kill();
            throw new JobDied(which.text + " did not answer " + order, child.output());
        }
        return heard.message();
    }

    /** Ends it. */
    void close() throws InterruptedException {
        child.kill();
        child.end();
    }
}
