package org.apache.flink.contrib.streaming.state;

import dev.gabion.ColumnFamily;
import dev.gabion.GabionException;
import java.io.IOException;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.runtime.state.KvState;
import org.apache.flink.runtime.state.KvStateSnapshot;
import org.rocksdb.ColumnFamilyHandle;

/**
 * What the kinds of state have in common. A state object sees the rows of one column family, under the backend's current key and
 * its own current namespace. The task's thread only.
 *
 * @param <K> the type of keys
 * @param <N> the type of namespaces
 * @param <S> the kind of state
 * @param <SD> the kind of its descriptor
 */
public abstract class AbstractRocksDBState<K, N, S extends State, SD extends StateDescriptor<S, ?>>
        implements KvState<K, N, S, SD, RocksDBStateBackend>, State {
    /** Buffers above this are not kept: one large value should not occupy memory for ever. */
    private static final int KEPT = 1 << 20;

    /** The backend that this state is of. */
    protected RocksDBStateBackend backend;
    /** Stands for the column family with this state's rows. */
    protected ColumnFamilyHandle columnFamily;

    private final TypeSerializer<N> namespaceSerializer;
    private final StateFamily family;
    private N currentNamespace;

    /* The buffers, null while in use. After a failure they are left to the collector: serializers keep a hold of what they were
    given, with what they had not written yet. */
    private ByteOutput output;
    private ByteInput input;

    /**
     * Makes the state of a column family.
     *
     * @param columnFamily from {@link RocksDBStateBackend#getColumnFamily}
     * @param namespaceSerializer for the namespaces
     * @param backend the backend
     * @throws RuntimeException if the rows were written under namespaces of another serializer
     */
    protected AbstractRocksDBState(
            ColumnFamilyHandle columnFamily, TypeSerializer<N> namespaceSerializer, RocksDBStateBackend backend) {
        this.columnFamily = columnFamily;
        this.namespaceSerializer = namespaceSerializer;
        this.backend = backend;
        this.family = StateFamily.of(columnFamily);
        family.accept(namespaceSerializer);
    }

    /** Removes what is under the current key and namespace. */
    @Override
    public void clear() {
        ColumnFamily rows = rows();
        try {
            ByteOutput row = rowKey();
            rows.delete(row.array(), 0, row.length());
            release(row);
        } catch (IOException | GabionException e) {
            throw new RuntimeException("Error while removing entry from RocksDB", e);
        }
    }

    /**
     * Writes the current key and namespace in the form in which they are the key of a row (docs/flink-1.1.md).
     *
     * @param out where to
     * @throws IOException if a serializer fails
     */
    protected void writeKeyAndNamespace(DataOutputView out) throws IOException {
        if (out instanceof ByteOutput) {
            writeRowKey((ByteOutput) out);
        } else {
            ByteOutput row = new ByteOutput(64);
            writeRowKey(row);
            out.write(row.array(), 0, row.length());
        }
    }

    @SuppressWarnings("unchecked") // the operator's keys are of its key serializer's type
    private void writeRowKey(ByteOutput out) throws IOException {
        family.record().rowKey().write(
                (TypeSerializer<Object>) backend.keySerializer(), backend.currentKey(), namespaceSerializer, currentNamespace, out);
    }

    @Override
    public void setCurrentNamespace(N namespace) {
        this.currentNamespace = namespace;
    }

    /** Does nothing: the rows go with the backend. */
    @Override
    public void dispose() {}

    /** Does nothing: the key is the backend's. */
    @Override
    public void setCurrentKey(K key) {}

    /** Is never called: snapshots are the backend's. */
    @Override
    public KvStateSnapshot<K, N, S, SD, RocksDBStateBackend> snapshot(long checkpointId, long timestamp) throws Exception {
        throw new RuntimeException("A state of the RocksDB backend has no snapshot of its own; the backend takes one of all states.");
    }

    /** The column family, for an access under the current key. */
    final ColumnFamily rows() {
        if (backend.currentKey() == null) {
            throw new IllegalStateException(
                    "No key set: the state '" + family.record().name() + "' can be used only while the operator handles a record or a"
                            + " timer, not in open() or close()");
        }
        return family.rows();
    }

    /** The row key of the current key and namespace, in a buffer with room behind it; {@link #release} it after use. */
    final ByteOutput rowKey() throws IOException {
        ByteOutput out = output == null ? new ByteOutput(128) : output;
        output = null;
        out.truncate(0);
        writeKeyAndNamespace(out);
        return out;
    }

    final void release(ByteOutput out) {
        if (out.capacity() <= KEPT) {
            output = out;
        }
    }

    /** The value under the row key, in a buffer; {@link #release} it after use. Null if there is none. */
    final ByteInput get(ColumnFamily rows, ByteOutput rowKey) {
        ByteInput in = input == null ? new ByteInput(256) : input;
        input = null;
        byte[] into = in.array();
        int length = rows.get(rowKey.array(), 0, rowKey.length(), into);
        while (length > into.length) {
            into = new byte[length <= KEPT ? Integer.highestOneBit(length - 1) << 1 : length];
            length = rows.get(rowKey.array(), 0, rowKey.length(), into);
        }
        in.reset(into, 0, Math.max(0, length));
        if (length < 0) {
            release(in);
            return null;
        }
        return in;
    }

    final void release(ByteInput in) {
        if (in.array().length <= KEPT) {
            input = in;
        }
    }

    /** Puts what stands behind the row key's {@code keyLength} bytes as its value, and releases the buffer. */
    final void put(ColumnFamily rows, ByteOutput row, int keyLength) {
        rows.put(row.array(), 0, keyLength, row.array(), keyLength, row.length() - keyLength);
        release(row);
    }

    final StateFamily family() {
        return family;
    }
}
