package org.apache.flink.contrib.streaming.state;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.runtime.state.AbstractStateBackend.CheckpointStateOutputView;
import org.apache.flink.runtime.state.KvStateSnapshot;
import org.apache.flink.runtime.state.memory.MemoryStateBackend;

/** Streams in the format of Flink 1.1, made by hand as the specification tells, and as snapshots of the backend's. */
final class FlinkStreams {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);
    /** How long the stream is after its header and after each record. */
    private final List<Integer> ends = new ArrayList<>();

    private FlinkStreams() {}

    static FlinkStreams of(StateDescriptor<?, ?>... states) throws IOException {
        FlinkStreams stream = new FlinkStreams();
        stream.out.writeInt(states.length);
        for (int i = 0; i < states.length; i++) {
            stream.out.writeByte(i);
            new ObjectOutputStream(stream.out).writeObject(states[i]);
        }
        stream.ends.add(stream.bytes.size());
        return stream;
    }

    /** Adds a record; key and value are hexadecimal, with spaces as one likes. */
    FlinkStreams record(int state, String key, String value) throws IOException {
        out.writeByte(state);
        for (String part : new String[] {key, value}) {
            byte[] data = hex(part);
            out.writeInt(data.length);
            out.write(data);
        }
        ends.add(bytes.size());
        return this;
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }

    List<Integer> ends() {
        return ends;
    }

    KvStateSnapshot<?, ?, ?, ?, ?> snapshot() throws Exception {
        return snapshot(toBytes());
    }

    static KvStateSnapshot<?, ?, ?, ?, ?> snapshot(byte[] stream) throws Exception {
        CheckpointStateOutputView view =
                new MemoryStateBackend(stream.length + 1).createCheckpointStateOutputView(1, 1);
        view.write(stream);
        return new RocksDBStateBackend.FinalFullyAsyncSnapshot(view.closeAndGetHandle(), 1);
    }

    /** The bytes of a fully asynchronous snapshot. */
    static byte[] bytesOf(KvStateSnapshot<?, ?, ?, ?, ?> snapshot) throws Exception {
        byte[] stream = new byte[(int) snapshot.getStateSize()];
        DataInputView view = ((RocksDBStateBackend.FinalFullyAsyncSnapshot) snapshot)
                .stateHandle.getState(FlinkStreams.class.getClassLoader());
        view.readFully(stream);
        return stream;
    }

    static byte[] hex(String text) {
        String digits = text.replace(" ", "");
        byte[] data = new byte[digits.length() / 2];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) Integer.parseInt(digits.substring(2 * i, 2 * i + 2), 16);
        }
        return data;
    }
}
