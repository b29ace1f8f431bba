package org.apache.flink.contrib.streaming.state;

import dev.gabion.ColumnFamily;
import dev.gabion.GabionException;
import java.io.IOException;
import org.apache.flink.api.common.functions.ReduceFunction;
import org.apache.flink.api.common.state.ReducingState;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.rocksdb.ColumnFamilyHandle;

/**
 * One value per key and namespace, to which what is added is reduced.
 *
 * @param <K> the type of keys
 * @param <N> the type of namespaces
 * @param <V> the type of values
 */
public class RocksDBReducingState<K, N, V> extends AbstractRocksDBState<K, N, ReducingState<V>, ReducingStateDescriptor<V>>
        implements ReducingState<V> {
    private final TypeSerializer<V> valueSerializer;
    private final ReduceFunction<V> reduceFunction;

    /**
     * Makes the state of a column family.
     *
     * @param columnFamily from {@link RocksDBStateBackend#getColumnFamily} with the same descriptor
     * @param namespaceSerializer for the namespaces
     * @param stateDesc name, serializer and function
     * @param backend the backend
     */
    public RocksDBReducingState(
            ColumnFamilyHandle columnFamily,
            TypeSerializer<N> namespaceSerializer,
            ReducingStateDescriptor<V> stateDesc,
            RocksDBStateBackend backend) {
        super(columnFamily, namespaceSerializer, backend);
        this.valueSerializer = stateDesc.getSerializer();
        this.reduceFunction = stateDesc.getReduceFunction();
    }

    @Override
    public V get() {
        ColumnFamily rows = rows();
        try {
            ByteOutput row = rowKey();
            ByteInput stored = get(rows, row);
            release(row);
            return stored == null ? null : read(stored);
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
            ByteInput stored = get(rows, row);
            V reduced = stored == null ? value : reduceFunction.reduce(read(stored), value);
            valueSerializer.serialize(reduced, row);
            put(rows, row, keyLength);
        } catch (Exception e) {
            throw new RuntimeException("Error while adding data to RocksDB", e);
        }
    }

    private V read(ByteInput stored) throws IOException {
        V value = valueSerializer.deserialize(stored);
        release(stored);
        return value;
    }
}
