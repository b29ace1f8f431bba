package org.apache.flink.contrib.streaming.state;

import dev.gabion.ColumnFamily;
import dev.gabion.Scan;
import dev.gabion.ScanRange;
import dev.gabion.View;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.state.AbstractStateBackend.CheckpointStateOutputView;

/**
 * The state of one moment, to be written in the format of Flink 1.1. It is pinned on the task's thread, and written once by
 * whatever thread. What it pins takes memory and disk until it is closed.
 */
final class FlinkFormatExport implements PortableSnapshot.Content {
    private final List<State> states;
    private final View view;

    private static final class State {
        final String name;
        final ColumnFamily rows;
        final RowKey rowKey;
        final boolean isList;
        final byte[] descriptor;

        State(StateFamily family, byte[] descriptor) {
            this.name = family.record().name().text();
            this.rows = family.rows();
            this.rowKey = family.record().rowKey();
            this.isList = family.record().kind() == StateKind.LIST;
            this.descriptor = descriptor;
        }
    }

    private FlinkFormatExport(List<State> states, View view) {
        this.states = states;
        this.view = view;
    }

    /**
     * Pins the present state. A writer's call.
     *
     * @throws IOException if there are more states than the format can tell apart, or a serializer can't be written again
     */
    static FlinkFormatExport begin(Families families) throws IOException {
        if (families.all().size() > FlinkFormatReader.MAX_STATES) {
            throw new IOException("the operator has " + families.all().size() + " states, and a snapshot in the format of Flink 1.1"
                    + " can tell at most " + FlinkFormatReader.MAX_STATES + " apart; use Gabion's own snapshots");
        }
        List<State> states = new ArrayList<>();
        for (StateFamily family : families.all()) {
            states.add(new State(family, descriptor(family, families.userClassLoader())));
        }
        return new FlinkFormatExport(states, families.core().view());
    }

    private static byte[] descriptor(StateFamily family, ClassLoader userClasses) throws IOException {
        StateRecord record = family.record();
        StateDescriptor<?, ?> asked = family.descriptor();
        try {
            if (asked != null && !FlinkFormatDescriptor.isOfFlink(asked)) {
                return FlinkFormatDescriptor.serialize(asked);
            }
            TypeSerializer<?> serializer = asked == null ? record.value().read(userClasses) : asked.getSerializer();
            return FlinkFormatDescriptor.serialize(record.kind(), record.name().text(), serializer);
        } catch (IOException e) {
            throw new IOException(
                    "cannot write the state '" + record.name() + "' in the format of Flink 1.1: " + e.getMessage(), e);
        }
    }

    @Override
    public void write(CheckpointStateOutputView out, PortableSnapshot.Check goOn) throws IOException, InterruptedException {
        List<byte[]> descriptors = new ArrayList<>();
        for (State state : states) {
            descriptors.add(state.descriptor);
        }
        FlinkFormatWriter writer = new FlinkFormatWriter(out, descriptors);
        for (int i = 0; i < states.size(); i++) {
            writeRows(i, writer, goOn);
        }
        writer.end();
    }

    private void writeRows(int index, FlinkFormatWriter writer, PortableSnapshot.Check goOn)
            throws IOException, InterruptedException {
        State state = states.get(index);
        ByteOutput joined = new ByteOutput(state.isList ? 256 : 0);
        byte[] last = null;
        int lastLength = 0;
        try (Scan rows = state.rows.scan(ScanRange.all(), view)) {
            while (rows.next()) {
                goOn.run();
                byte[] key = rows.key();
                int keyLength = state.rowKey.lengthWithoutSuffix(key);
                if (last != null && Arrays.compareUnsigned(last, 0, lastLength, key, 0, keyLength) >= 0) {
                    throw new IOException("cannot write the state '" + state.name + "' in the format of Flink 1.1, which has no"
                            + " lengths: the bytes of a key and its namespace are the beginning of, or the same as, those of"
                            + " others. Use Gabion's own snapshots, or serializers whose bytes tell where they end");
                }
                byte[] value = rows.value();
                if (state.isList) {
                    join(state, value, joined);
                    writer.write(index, key, keyLength, joined.array(), joined.length());
                } else {
                    writer.write(index, key, keyLength, value, value.length);
                }
                last = key;
                lastLength = keyLength;
            }
        }
    }

    /** The elements with commas between them, and nothing else. */
    private static void join(State state, byte[] value, ByteOutput joined) throws IOException {
        joined.truncate(0);
        ListElements.forEach(value, value.length, (offset, length) -> {
            if (length == 0) {
                throw new IOException("cannot write the state '" + state.name + "' in the format of Flink 1.1: its list has an"
                        + " element of no bytes, which that format loses. Use Gabion's own snapshots");
            }
            if (joined.length() > 0) {
                joined.write(ListElements.DELIMITER);
            }
            joined.write(value, offset, length);
        });
    }

    @Override
    public void close() {
        view.close();
    }
}
