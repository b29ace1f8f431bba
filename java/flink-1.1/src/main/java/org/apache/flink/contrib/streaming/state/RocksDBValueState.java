package org.apache.flink.contrib.streaming.state;

import dev.gabion.ColumnFamily;
import dev.gabion.GabionException;
import java.io.IOException;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.rocksdb.ColumnFamilyHandle;

/**
 * One value per key and namespace.
 *
 * @param <K> the type of keys
 * @param <N> the type of namespaces
 * @param <V> the type of values
 */
public class RocksDBValueState<K, N, V> extends AbstractRocksDBState<K, N, ValueState<V>, ValueStateDescriptor<V>>
        implements ValueState<V> {
    private final TypeSerializer<V> valueSerializer;
    private final ValueStateDescriptor<V> stateDesc;

    /**
     * Makes the state of a column family.
     *
     * @param columnFamily from {@link RocksDBStateBackend#getColumnFamily} with the same descriptor
     * @param namespaceSerializer for the namespaces
     * @param stateDesc name, serializer and default value
     * @param backend the backend
     */
    public RocksDBValueState(
            ColumnFamilyHandle columnFamily,
            TypeSerializer<N> namespaceSerializer,
            ValueStateDescriptor<V> stateDesc,
            RocksDBStateBackend backend) {
        super(columnFamily, namespaceSerializer, backend);
        this.stateDesc = stateDesc;
        this.valueSerializer = stateDesc.getSerializer();
    }

    @Override
    public V value() {
        ColumnFamily rows = rows();
        try {
            ByteOutput row = rowKey();
            ByteInput stored = get(rows, row);
            release(row);
            if (stored == null) {
                return stateDesc.getDefaultValue();
            }
            V value = valueSerializer.deserialize(stored);
            release(stored);
            return value;
        } catch (IOException | GabionException e) {
            throw new RuntimeException("Error while retrieving data from RocksDB.", e);
        }
    }

    @Override
    public void update(V value) throws IOException {
        if (value == null) {
            clear();
            return;
        }
        ColumnFamily rows = rows();
        try {
            ByteOutput row = rowKey();
            int keyLength = row.length();
            valueSerializer.serialize(value, row);
            put(rows, row, keyLength);
        } catch (Exception e) {
            throw new RuntimeException("Error while adding data to RocksDB", e);
        }
    }
}
