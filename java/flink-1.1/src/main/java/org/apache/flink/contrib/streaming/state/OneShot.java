package org.apache.flink.contrib.streaming.state;

import java.util.concurrent.atomic.AtomicReference;

/** Sees to it that a snapshot is materialized at most once, and not after it was discarded. Any thread. */
final class OneShot {
    private enum Stage {
        NEW,
        BEGUN,
        DISCARDED
    }

    private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.NEW);

    /** @throws IllegalStateException if it was called before, or the snapshot was discarded */
    void begin() {
        if (!stage.compareAndSet(Stage.NEW, Stage.BEGUN)) {
            throw new IllegalStateException(
                    stage.get() == Stage.BEGUN
                            ? "the snapshot was materialized before; it can be only once"
                            : "the snapshot was discarded and can't be materialized any more");
        }
    }

    /** Whether the caller has to release what the snapshot holds: false if it was materialized, or discarded before. */
    boolean discard() {
        return stage.compareAndSet(Stage.NEW, Stage.DISCARDED);
    }
}
