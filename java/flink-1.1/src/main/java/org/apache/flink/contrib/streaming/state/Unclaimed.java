package org.apache.flink.contrib.streaming.state;

import java.io.Closeable;
import java.io.IOException;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resources of snapshots that may be dropped without a word: Flink before 1.1.4 never discards one that it does not materialize.
 * They are closed when a later snapshot finds their owner gone, in a thread of its own, since no barrier should wait for it. Any
 * thread.
 */
final class Unclaimed {
    private static final Logger LOG = LoggerFactory.getLogger(Unclaimed.class);

    private final ReferenceQueue<Object> gone = new ReferenceQueue<>();
    private final Set<Held> held = new HashSet<>();

    private static final class Held extends WeakReference<Object> {
        private final Closeable resource;

        Held(Object owner, Closeable resource, ReferenceQueue<Object> gone) {
            super(owner, gone);
            this.resource = resource;
        }
    }

    /** Closes {@code resource}, which must not refer to its owner, some time after {@code owner} has become unreachable. */
    synchronized void add(Object owner, Closeable resource) {
        List<Closeable> dropped = new ArrayList<>();
        for (Object each; (each = gone.poll()) != null; ) {
            if (held.remove(each)) {
                dropped.add(((Held) each).resource);
            }
        }
        held.add(new Held(owner, resource, gone));
        if (!dropped.isEmpty()) {
            Thread thread = new Thread(() -> dropped.forEach(Unclaimed::close), "gabion-release");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private static void close(Closeable resource) {
        try {
            resource.close();
        } catch (IOException | RuntimeException e) {
            LOG.warn("Cannot release what a snapshot held that nobody has materialized", e);
        }
    }

    /** Forgets what was closed by its owner. */
    synchronized void remove(Closeable resource) {
        held.removeIf(each -> each.resource == resource);
    }
}
