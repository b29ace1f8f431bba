package org.apache.flink.contrib.streaming.state;

import dev.gabion.PulledStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.runtime.state.AbstractStateBackend.CheckpointStateOutputView;
import org.apache.flink.runtime.state.AsynchronousKvStateSnapshot;
import org.apache.flink.runtime.state.StateHandle;

/**
 * A fully asynchronous snapshot: the state of one instant, pinned, that {@link #materialize} writes as one stream to where the
 * non-partitioned backend keeps its data.
 */
final class PortableSnapshot
        extends AsynchronousKvStateSnapshot<
                Object, Object, ValueState<Object>, ValueStateDescriptor<Object>, RocksDBStateBackend> {
    private static final long serialVersionUID = 1L;

    private final transient RocksDBStateBackend backend;
    private final transient Session session;
    private final transient Content content;
    private final transient OneShot once = new OneShot();
    private final long checkpointId;

    /** The pinned state. Any thread may close it, once or more often. */
    interface Content extends Closeable {
        /** Writes all of it, and calls {@code goOn} often, which ends it with an exception if it is cancelled. */
        void write(CheckpointStateOutputView out, Check goOn) throws IOException, InterruptedException;
    }

    /** Ends what was cancelled. */
    interface Check {
        void run() throws IOException, InterruptedException;
    }

    PortableSnapshot(RocksDBStateBackend backend, Session session, Content content, long checkpointId) {
        this.backend = backend;
        this.session = session;
        this.content = content;
        this.checkpointId = checkpointId;
        session.unclaimed().add(this, content);
    }

    @Override
    public RocksDBStateBackend.FinalFullyAsyncSnapshot materialize() throws Exception {
        once.begin();
        try (Content from = content) {
            Target target = new Target(backend.createCheckpointStateOutputView(checkpointId, System.currentTimeMillis()));
            try {
                session.register(target);
                StateHandle<DataInputView> handle = target.take(from);
                return new RocksDBStateBackend.FinalFullyAsyncSnapshot(handle, checkpointId);
            } catch (Throwable t) {
                Interruption.without(target, t);
                throw t;
            } finally {
                session.unregister(target);
            }
        } catch (Exception e) {
            throw new Exception("Could not write the state of " + session.operator() + " for checkpoint " + checkpointId + ": " + e, e);
        } finally {
            session.unclaimed().remove(content);
        }
    }

    @Override
    public void discardState() throws Exception {
        if (once.discard()) {
            session.unclaimed().remove(content);
            content.close();
        }
    }

    @Override
    public void close() throws IOException {
        if (once.discard()) {
            session.unclaimed().remove(content);
        }
        content.close();
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        throw new NotSerializableException("a snapshot that is not materialized yet can't travel; call materialize() first");
    }

    /** What is written to. It is closed at most once, by whoever comes first, which removes what was written. */
    private static final class Target implements Closeable {
        private final CheckpointStateOutputView view;
        private final AtomicBoolean ended = new AtomicBoolean();

        Target(CheckpointStateOutputView view) {
            this.view = view;
        }

        StateHandle<DataInputView> take(Content from) throws Exception {
            from.write(view, this::goOn);
            StateHandle<DataInputView> handle = view.closeAndGetHandle(); // it may hang, and be ended by close()
            if (!ended.compareAndSet(false, true)) {
                handle.discardState();
                throw cancelled();
            }
            return handle;
        }

        private static IOException cancelled() {
            return new IOException("the snapshot was cancelled, since the backend is closed");
        }

        private void goOn() throws IOException, InterruptedException {
            if (ended.get()) {
                throw cancelled();
            }
            if (Thread.interrupted()) {
                throw new InterruptedException("the snapshot was interrupted");
            }
        }

        @Override
        public void close() throws IOException {
            if (ended.compareAndSet(false, true)) {
                view.close();
            }
        }
    }

    /** In Gabion's own format. */
    static final class Pulled implements Content {
        private static final int BLOCK = 64 << 10;

        private final PulledStream stream;

        Pulled(PulledStream stream) {
            this.stream = stream;
        }

        @Override
        public void write(CheckpointStateOutputView out, Check goOn) throws IOException, InterruptedException {
            out.write(stream.read()); // alone, so that a stream that takes no bytes shows before the state is read
            byte[] block = new byte[BLOCK];
            for (int read; (read = stream.read(block)) > 0; ) {
                goOn.run();
                out.write(block, 0, read);
            }
        }

        @Override
        public void close() {
            stream.close();
        }
    }
}
