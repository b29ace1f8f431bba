package org.apache.flink.contrib.streaming.state;

import dev.gabion.ColumnFamily;
import dev.gabion.GabionException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.rocksdb.ColumnFamilyHandle;

/**
 * A list per key and namespace, to which adding does not read.
 *
 * @param <K> the type of keys
 * @param <N> the type of namespaces
 * @param <V> the type of elements
 */
public class RocksDBListState<K, N, V> extends AbstractRocksDBState<K, N, ListState<V>, ListStateDescriptor<V>>
        implements ListState<V> {
    private final TypeSerializer<V> valueSerializer;

    /**
     * Makes the state of a column family.
     *
     * @param columnFamily from {@link RocksDBStateBackend#getColumnFamily} with the same descriptor
     * @param namespaceSerializer for the namespaces
     * @param stateDesc name and serializer
     * @param backend the backend
     */
    public RocksDBListState(
            ColumnFamilyHandle columnFamily,
            TypeSerializer<N> namespaceSerializer,
            ListStateDescriptor<V> stateDesc,
            RocksDBStateBackend backend) {
        super(columnFamily, namespaceSerializer, backend);
        this.valueSerializer = stateDesc.getSerializer();
    }

    /** Returns a list of the caller's own; null if nothing was added (an empty list with the behaviour of FLINK-3718). */
    @Override
    public Iterable<V> get() {
        ColumnFamily rows = rows();
        try {
            ByteOutput row = rowKey();
            ByteInput stored = get(rows, row);
            release(row);
            if (stored == null) {
                return backend.isFlink3718Behaviour() ? new ArrayList<>() : null;
            }
            List<V> elements = ListElements.read(valueSerializer, stored.array(), stored.remaining(), stored);
            release(stored);
            return elements;
        } catch (IOException | GabionException e) {
            throw new RuntimeException("Error while retrieving data from RocksDB", e);
        }
    }

    @Override
    public void add(V value) throws IOException {
        ColumnFamily rows = rows();
        try {
            ByteOutput row = rowKey();
            int keyLength = row.length();
            ListElements.append(valueSerializer, value, row);
            rows.merge(row.array(), 0, keyLength, row.array(), keyLength, row.length() - keyLength);
            release(row);
        } catch (Exception e) {
            throw new RuntimeException("Error while adding data to RocksDB", e);
        }
    }

    /** Moves the elements of all {@code sources} behind those of {@code target}, in this order, and stays at the target. */
    final void moveAll(Collection<N> sources, N target) throws IOException {
        ColumnFamily rows = rows();
        ByteOutput all = new ByteOutput(256);
        for (N source : sources) {
            setCurrentNamespace(source);
            ByteOutput row = rowKey();
            ByteInput stored = get(rows, row);
            if (stored != null) {
                if (all.length() > 0) {
                    all.write(ListElements.DELIMITER);
                }
                all.write(stored.array(), 0, stored.remaining());
                release(stored);
                rows.delete(row.array(), 0, row.length());
            }
            release(row);
        }
        setCurrentNamespace(target);
        if (all.length() > 0) {
            ByteOutput row = rowKey();
            rows.merge(row.array(), 0, row.length(), all.array(), 0, all.length());
            release(row);
        }
    }
}
