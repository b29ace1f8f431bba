package org.apache.flink.contrib.streaming.state;

import java.io.Closeable;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.runtime.state.AsynchronousKvStateSnapshot;

/** A semi-asynchronous snapshot for a native snapshot store, which the engine writes itself; {@link #materialize} waits for it. */
final class StoredSnapshot
        extends AsynchronousKvStateSnapshot<
                Object, Object, ValueState<Object>, ValueStateDescriptor<Object>, RocksDBStateBackend> {
    private static final long serialVersionUID = 1L;

    private final transient Session session;
    private final transient Publication publication;
    private final transient StoreSweeper sweeper;
    private final transient OneShot once = new OneShot();
    private final long checkpointId;

    StoredSnapshot(Session session, Publication publication, StoreSweeper sweeper, long checkpointId) {
        this.session = session;
        this.publication = publication;
        this.sweeper = sweeper;
        this.checkpointId = checkpointId;
        session.unclaimed().add(this, publication);
    }

    @Override
    public FinalStoredSnapshot materialize() throws Exception {
        once.begin();
        Closeable cancel = publication::cancel;
        try {
            session.register(cancel);
            FinalStoredSnapshot stored = publication.take(checkpointId);
            sweeper.snapshotTaken();
            return stored;
        } catch (Exception e) {
            Interruption.without(publication, e);
            throw new Exception("Could not store the state of " + session.operator() + " for checkpoint " + checkpointId + ": " + e, e);
        } finally {
            session.unregister(cancel);
            session.unclaimed().remove(publication);
        }
    }

    @Override
    public void discardState() throws Exception {
        if (once.discard()) {
            release();
        }
    }

    @Override
    public void close() throws IOException {
        if (once.discard()) {
            release();
        } else {
            publication.cancel();
        }
    }

    private void release() throws IOException {
        session.unclaimed().remove(publication);
        publication.close();
    }

    private void writeObject(ObjectOutputStream out) throws IOException {
        throw new NotSerializableException("a snapshot that is not materialized yet can't travel; call materialize() first");
    }
}
