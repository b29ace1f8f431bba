package dev.gabion.flink.demo;

import dev.gabion.demo.Message;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.contrib.streaming.state.RocksDBStateBackend;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.state.AsynchronousKvStateSnapshot;
import org.apache.flink.runtime.state.KvStateSnapshot;

/** The backend, which says how long its snapshots hold a task up, take in all, and are. As a user's subclass would. */
public final class MeasuredBackend extends RocksDBStateBackend {
    private static final long serialVersionUID = 1L;
    /** When the backend of this task was ready to be restored. */
    private static final ThreadLocal<Long> INITIALIZED = new ThreadLocal<>();

    MeasuredBackend(String checkpointDirectory) throws IOException {
        super(checkpointDirectory);
    }

    /** To be called when a task opens: what it has waited for since its backend was initialized is the restore. */
    static void opened() {
        Long initialized = INITIALIZED.get();
        if (initialized != null) {
            Report.say(new Message("opened").with("nanos", System.nanoTime() - initialized));
        }
    }

    @Override
    public void initializeForJob(Environment environment, String operator, TypeSerializer<?> keySerializer)
            throws Exception {
        super.initializeForJob(environment, operator, keySerializer);
        INITIALIZED.set(System.nanoTime());
    }

    @Override
    public HashMap<String, KvStateSnapshot<?, ?, ?, ?, ?>> snapshotPartitionedState(long checkpoint, long timestamp)
            throws Exception {
        long before = barriers();
        long start = System.nanoTime();
        HashMap<String, KvStateSnapshot<?, ?, ?, ?, ?>> snapshots = super.snapshotPartitionedState(checkpoint, timestamp);
        long nanos = System.nanoTime() - start;
        if (snapshots != null) {
            Report.say(new Message("paused")
                    .with("checkpoint", checkpoint)
                    .with("nanos", nanos)
                    .with("barrier", barriers() - before));
            for (Map.Entry<String, KvStateSnapshot<?, ?, ?, ?, ?>> snapshot : snapshots.entrySet()) {
                snapshot.setValue(new Measured(checkpoint, snapshot.getValue()));
            }
        }
        return snapshots;
    }

    /** What Gabion's barriers have taken so far, in nanoseconds. */
    private long barriers() {
        return getMetrics().getOrDefault("snapshots.pause_nanos", 0L);
    }

    /** A snapshot under way; it never leaves this JVM. */
    private static final class Measured extends AsynchronousKvStateSnapshot<
            Object, Object, ValueState<Object>, ValueStateDescriptor<Object>, RocksDBStateBackend> {
        private static final long serialVersionUID = 1L;

        private final long checkpoint;
        private final transient AsynchronousKvStateSnapshot<
                Object, Object, ValueState<Object>, ValueStateDescriptor<Object>, RocksDBStateBackend> snapshot;

        @SuppressWarnings("unchecked")
        Measured(long checkpoint, KvStateSnapshot<?, ?, ?, ?, ?> snapshot) {
            this.checkpoint = checkpoint;
            this.snapshot = (AsynchronousKvStateSnapshot<
                    Object, Object, ValueState<Object>, ValueStateDescriptor<Object>, RocksDBStateBackend>) snapshot;
        }

        @Override
        public KvStateSnapshot<
                        Object, Object, ValueState<Object>, ValueStateDescriptor<Object>, RocksDBStateBackend>
                materialize() throws Exception {
            KvStateSnapshot<Object, Object, ValueState<Object>, ValueStateDescriptor<Object>, RocksDBStateBackend>
                    complete = snapshot.materialize();
            Report.say(new Message("written").with("checkpoint", checkpoint).with("bytes", complete.getStateSize()));
            return complete;
        }

        @Override
        public void discardState() throws Exception {
            snapshot.discardState();
        }
    }
}
