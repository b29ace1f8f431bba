package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.BasicTypeInfo;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.common.typeutils.base.VoidSerializer;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.operators.testutils.DummyEnvironment;
import org.apache.flink.runtime.operators.testutils.MockInputSplitProvider;
import org.apache.flink.runtime.state.AsynchronousKvStateSnapshot;
import org.apache.flink.runtime.state.KvStateSnapshot;
import org.apache.flink.runtime.state.StateHandle;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.memory.MemoryStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.OneInputStreamTask;
import org.apache.flink.streaming.runtime.tasks.OneInputStreamTaskTestHarness;
import org.apache.flink.streaming.runtime.tasks.StreamMockEnvironment;
import org.apache.flink.streaming.runtime.tasks.StreamTaskState;
import org.apache.flink.streaming.runtime.tasks.StreamTaskStateList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots that a task takes while it goes on: the methods of Flink's class of this name, one for one. */
class RocksDBAsyncKVSnapshotTest {
    @TempDir
    Path directory;

    @Test
    void testAsyncCheckpoints() throws Exception {
        RocksDBStateBackend backend = new RocksDBStateBackend(directory.resolve("snapshots").toUri(), new MemoryStateBackend());
        backend.setDbStoragePath(directory.resolve("state").toString());
        checkpoint(backend);
    }

    @Test
    void testFullyAsyncCheckpoints() throws Exception {
        RocksDBStateBackend backend = new RocksDBStateBackend(directory.resolve("snapshots").toUri(), new MemoryStateBackend());
        backend.setDbStoragePath(directory.resolve("state").toString());
        backend.enableFullyAsyncSnapshots();
        checkpoint(backend);
    }

    @Test
    void testCleanupOfFullyAsyncSnapshotsInFailureCase() throws Exception {
        Broken stream = new Broken();
        RocksDBStateBackend backend = new Writing(stream, directory.resolve("snapshots"));
        backend.setDbStoragePath(directory.resolve("state").toString());
        backend.enableFullyAsyncSnapshots();
        backend.initializeForJob(new DummyEnvironment("test task", 1, 0), "test operator", VoidSerializer.INSTANCE);
        backend.getPartitionedState(
                null, VoidSerializer.INSTANCE, new ValueStateDescriptor<>("foobar", Object.class, new Object()));

        Collection<KvStateSnapshot<?, ?, ?, ?, ?>> snapshots = backend.snapshotPartitionedState(1, 42).values();
        assertFalse(snapshots.isEmpty());
        for (KvStateSnapshot<?, ?, ?, ?, ?> snapshot : snapshots) {
            AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> asynchronous =
                    assertInstanceOf(AsynchronousKvStateSnapshot.class, snapshot);
            assertThrows(Exception.class, asynchronous::materialize);
        }
        assertEquals(1, stream.closed);
        backend.dispose();
    }

    /** Runs a task, and holds up the thread that acknowledges its checkpoint until triggering has returned. */
    private static void checkpoint(RocksDBStateBackend backend) throws Exception {
        OneInputStreamTask<String, String> task = new OneInputStreamTask<>();
        OneInputStreamTaskTestHarness<String, String> harness =
                new OneInputStreamTaskTestHarness<>(task, BasicTypeInfo.STRING_TYPE_INFO, BasicTypeInfo.STRING_TYPE_INFO);
        harness.configureForKeyedStream(new Itself(), BasicTypeInfo.STRING_TYPE_INFO);
        harness.getStreamConfig().setStateBackend(backend);
        harness.getStreamConfig().setStreamOperator(new Remember());

        Acknowledgement acknowledgement = new Acknowledgement(harness);
        harness.invoke(acknowledgement);
        harness.waitForTaskRunning();
        harness.processElement(new StreamRecord<>("Wohoo", 0));
        task.triggerCheckpoint(42, 17);
        assertFalse(acknowledgement.state.isDone());
        acknowledgement.triggered.countDown();

        StateHandle<?> state = acknowledgement.state.get(60, TimeUnit.SECONDS);
        StreamTaskState[] tasks = assertInstanceOf(StreamTaskStateList.class, state)
                .getState(RocksDBAsyncKVSnapshotTest.class.getClassLoader());
        assertEquals(1, tasks[0].getKvStates().size());

        harness.endInput();
        harness.waitForTaskCompletion();
    }

    private static final class Acknowledgement extends StreamMockEnvironment {
        private final CountDownLatch triggered = new CountDownLatch(1);
        private final CompletableFuture<StateHandle<?>> state = new CompletableFuture<>();

        Acknowledgement(OneInputStreamTaskTestHarness<?, ?> harness) {
            super(harness.jobConfig, harness.taskConfig, harness.memorySize, new MockInputSplitProvider(), harness.bufferSize);
        }

        @Override
        public void acknowledgeCheckpoint(long checkpoint, StateHandle<?> acknowledged) {
            try {
                triggered.await();
                state.complete(acknowledged);
            } catch (InterruptedException interrupted) {
                state.completeExceptionally(interrupted);
            }
        }
    }

    private static final class Itself implements KeySelector<String, String> {
        private static final long serialVersionUID = 1L;

        @Override
        public String getKey(String value) {
            return value;
        }
    }

    /** Keeps the last value of each key; has made its state before the first record. */
    private static final class Remember extends AbstractStreamOperator<String>
            implements OneInputStreamOperator<String, String> {
        private static final long serialVersionUID = 1L;

        @Override
        public void open() throws Exception {
            super.open();
            state();
        }

        @Override
        public void processElement(StreamRecord<String> element) throws Exception {
            state().update(element.getValue());
        }

        @Override
        public void processWatermark(Watermark watermark) {}

        private ValueState<String> state() throws Exception {
            return getPartitionedState(
                    null, VoidSerializer.INSTANCE, new ValueStateDescriptor<>("count", StringSerializer.INSTANCE, "hello"));
        }
    }

    /** Gives its own stream to whoever snapshots, as Flink's test does with a spy. */
    private static final class Writing extends RocksDBStateBackend {
        private static final long serialVersionUID = 1L;
        private final transient CheckpointStateOutputStream stream;

        Writing(CheckpointStateOutputStream stream, Path checkpoints) throws IOException {
            super(checkpoints.toUri(), new MemoryStateBackend());
            this.stream = stream;
        }

        @Override
        public CheckpointStateOutputStream createCheckpointStateOutputStream(long checkpoint, long timestamp) {
            return stream;
        }
    }

    /**
     * Like the mock of Flink's test: refuses single bytes, swallows arrays, and gives no handle. So the backend must write at
     * least one byte by itself, or notice that there is no handle.
     */
    private static final class Broken extends org.apache.flink.runtime.state.AbstractStateBackend.CheckpointStateOutputStream {
        private int closed;

        @Override
        public void write(int value) throws IOException {
            throw new IOException("Test exception");
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {}

        @Override
        public void close() {
            closed++;
        }

        @Override
        public StreamStateHandle closeAndGetHandle() {
            return null;
        }
    }
}
