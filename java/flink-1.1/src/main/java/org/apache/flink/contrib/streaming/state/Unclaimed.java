package org.apache.flink.contrib.streaming.state;

import java.io.Closeable;
import java.io.IOException;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.HashSet;
import java.util.Set;

/**
 * Resources of snapshots that may be dropped without a word: Flink before 1.1.4 never discards one that it does not materialize.
 * They are closed when a later snapshot finds their owner gone. Any thread.
 */
final class Unclaimed {
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
    synchronized void add(Object owner, Closeable resource) throws IOException {
        for (Object each; (each = gone.poll()) != null; ) {
            held.remove(each);
            ((Held) each).resource.close();
        }
        held.add(new Held(owner, resource, gone));
    }

    /** Forgets what was closed by its owner. */
    synchronized void remove(Closeable resource) {
        held.removeIf(each -> each.resource == resource);
    }
}
