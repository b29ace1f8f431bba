package org.apache.flink.contrib.streaming.state;

import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.state.KvState;
import org.apache.flink.runtime.state.KvStateSnapshot;

/** What the handles of completed snapshots have in common: each is of all states, and the backend restores it as a whole. */
interface CompletedSnapshot
        extends KvStateSnapshot<Object, Object, ValueState<Object>, ValueStateDescriptor<Object>, RocksDBStateBackend> {
    @Override
    default KvState<Object, Object, ValueState<Object>, ValueStateDescriptor<Object>, RocksDBStateBackend> restoreState(
            RocksDBStateBackend backend, TypeSerializer<Object> keySerializer, ClassLoader userClasses) {
        throw new RuntimeException("A snapshot of the RocksDB backend is of all its states; the backend restores it as a whole.");
    }
}
