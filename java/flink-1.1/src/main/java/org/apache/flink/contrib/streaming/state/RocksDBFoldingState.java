package org.apache.flink.contrib.streaming.state;

import dev.gabion.ColumnFamily;
import dev.gabion.GabionException;
import java.io.IOException;
import org.apache.flink.api.common.functions.FoldFunction;
import org.apache.flink.api.common.state.FoldingState;
import org.apache.flink.api.common.state.FoldingStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.rocksdb.ColumnFamilyHandle;

/**
 * One accumulator per key and namespace, into which what is added is folded.
 *
 * @param <K> the type of keys
 * @param <N> the type of namespaces
 * @param <T> the type of what is added
 * @param <ACC> the type of accumulators
 */
public class RocksDBFoldingState<K, N, T, ACC>
        extends AbstractRocksDBState<K, N, FoldingState<T, ACC>, FoldingStateDescriptor<T, ACC>>
        implements FoldingState<T, ACC> {
    private final TypeSerializer<ACC> valueSerializer;
    private final FoldingStateDescriptor<T, ACC> stateDesc;
    private final FoldFunction<T, ACC> foldFunction;

    /**
     * Makes the state of a column family.
     *
     * @param columnFamily from {@link RocksDBStateBackend#getColumnFamily} with the same descriptor
     * @param namespaceSerializer for the namespaces
     * @param stateDesc name, serializer, function and first accumulator
     * @param backend the backend
     */
    public RocksDBFoldingState(
            ColumnFamilyHandle columnFamily,
            TypeSerializer<N> namespaceSerializer,
            FoldingStateDescriptor<T, ACC> stateDesc,
            RocksDBStateBackend backend) {
        super(columnFamily, namespaceSerializer, backend);
        this.stateDesc = stateDesc;
        this.valueSerializer = stateDesc.getSerializer();
        this.foldFunction = stateDesc.getFoldFunction();
    }

    /** Returns null if nothing was added (a copy of the first accumulator with the behaviour of FLINK-3718). */
    @Override
    public ACC get() {
        ColumnFamily rows = rows();
        try {
            ByteOutput row = rowKey();
            ByteInput stored = get(rows, row);
            release(row);
            if (stored == null) {
                return backend.isFlink3718Behaviour() ? stateDesc.getDefaultValue() : null;
            }
            return read(stored);
        } catch (IOException | GabionException e) {
            throw new RuntimeException("Error while retrieving data from RocksDB", e);
        }
    }

    @Override
    public void add(T value) throws IOException {
        ColumnFamily rows = rows();
        try {
            ByteOutput row = rowKey();
            int keyLength = row.length();
            ByteInput stored = get(rows, row);
            ACC folded = foldFunction.fold(stored == null ? stateDesc.getDefaultValue() : read(stored), value);
            valueSerializer.serialize(folded, row);
            put(rows, row, keyLength);
        } catch (Exception e) {
            throw new RuntimeException("Error while adding data to RocksDB", e);
        }
    }

    private ACC read(ByteInput stored) throws IOException {
        ACC accumulator = valueSerializer.deserialize(stored);
        release(stored);
        return accumulator;
    }
}
