package org.apache.flink.contrib.streaming.state;

import dev.gabion.Backend;
import dev.gabion.Batch;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/**
 * Takes in a snapshot in the format of Flink 1.1: its rows go, in Gabion's layout, to families of a new database. The format
 * says neither how long a key is nor where an element of a list ends, so the serializers are run to find out. One thread.
 */
final class FlinkFormatImport {
    /** A batch is written once it has as many bytes, or as many rows. */
    private static final int BATCH_BYTES = 1 << 20;

    private static final int BATCH_ROWS = 4096;

    private final Session session;
    private final FlinkFormatReader reader;
    private final List<State> states = new ArrayList<>();
    private final ByteInput in = new ByteInput(0);
    private final ByteOutput out = new ByteOutput(256);

    private static final class State {
        final StateFamily family;
        final TypeSerializer<?> serializer;

        State(StateFamily family, TypeSerializer<?> serializer) {
            this.family = family;
            this.serializer = serializer;
        }
    }

    private FlinkFormatImport(InputStream in, Session session) {
        this.session = session;
        this.reader = new FlinkFormatReader(in, session.userClassLoader());
    }

    /**
     * Reads a whole snapshot.
     *
     * @param in the stream from its first byte; buffered; stays the caller's
     * @param session whose key serializer and class loader are used; it stays as it is
     * @return the states, in a database of the caller's own
     * @throws IOException if the snapshot is damaged or the serializers do not fit it; then there is no database
     */
    static Families read(InputStream in, Session session) throws IOException {
        if (session.keySerializer() == null) {
            throw new IOException("the snapshot in the format of Flink 1.1 has the state of keys, and " + session.operator()
                    + " has no key serializer; it runs on a stream without keys");
        }
        FlinkFormatImport taking = new FlinkFormatImport(in, session);
        List<StateDescriptor<?, ?>> descriptors = taking.reader.readHeader();
        Families families = session.families(session.openCore());
        try {
            for (StateDescriptor<?, ?> descriptor : descriptors) {
                taking.create(descriptor, families);
            }
            taking.readRows(families.core());
            return families;
        } catch (Throwable t) {
            families.close();
            throw t;
        }
    }

    private void create(StateDescriptor<?, ?> descriptor, Families families) throws IOException {
        try {
            TypeSerializer<?> serializer = descriptor.getSerializer();
            StateKind kind = StateKind.of(descriptor);
            StateFamily family =
                    families.create(StateRecord.of(kind, descriptor.getName(), session.keySerializer(), serializer));
            states.add(new State(family, serializer));
        } catch (IllegalArgumentException e) {
            throw new IOException("cannot take in the state '" + descriptor.getName() + "': " + e.getMessage(), e);
        }
    }

    private void readRows(Backend core) throws IOException {
        try (Batch batch = new Batch()) {
            int rows = 0;
            long bytes = 0;
            while (reader.next()) {
                State state = states.get(reader.state());
                byte[] key = key(state, reader.key());
                byte[] value = value(state, reader.value());
                batch.put(state.family.rows(), key, value);
                bytes += key.length + value.length;
                if (++rows == BATCH_ROWS || bytes >= BATCH_BYTES) {
                    core.write(batch);
                    batch.clear();
                    rows = 0;
                    bytes = 0;
                    stopIfInterrupted();
                }
            }
            core.write(batch);
        }
    }

    private static void stopIfInterrupted() throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("the restore was interrupted");
        }
    }

    /** Both layouts begin with key, separator and namespace. */
    private byte[] key(State state, byte[] key) throws IOException {
        int keyLength = lengthOfKey(key);
        out.truncate(0);
        out.write(key);
        state.family.record().rowKey().writeSuffix(session.keySerializer(), keyLength, out);
        return out.toBytes();
    }

    private int lengthOfKey(byte[] key) throws IOException {
        in.reset(key, 0, key.length);
        deserialize(session.keySerializer(), "key");
        int length = in.position();
        if (in.remaining() == 0 || in.readByte() != RowKey.SEPARATOR) {
            throw unfit(session.keySerializer(), "key", "it takes " + length + " of the " + key.length
                    + " bytes of key, separator and namespace, and the separator (42) does not follow");
        }
        return length;
    }

    private byte[] value(State state, byte[] value) throws IOException {
        if (state.family.record().kind() != StateKind.LIST) {
            return value;
        }
        in.reset(value, 0, value.length);
        out.truncate(0);
        while (true) {
            int start = in.position();
            deserialize(state.serializer, "element");
            ListElements.appendBytes(value, start, in.position() - start, out);
            if (in.remaining() == 0) {
                return out.toBytes();
            }
            if (in.readByte() != ListElements.DELIMITER) {
                throw unfit(state.serializer, "element", "it takes the bytes " + start + " to " + (in.position() - 1) + " of "
                        + value.length + " for an element, and no comma follows");
            }
            out.write(ListElements.DELIMITER);
        }
    }

    private void deserialize(TypeSerializer<?> serializer, String part) throws IOException {
        try {
            serializer.deserialize(in);
        } catch (IOException | RuntimeException e) {
            IOException unfit = unfit(serializer, part, "it fails: " + e);
            unfit.initCause(e);
            throw unfit;
        }
    }

    private IOException unfit(TypeSerializer<?> serializer, String part, String found) {
        return new IOException("cannot take in " + reader.describe() + ": its " + part + " does not fit the serializer " + serializer
                + " (" + serializer.getClass().getName() + "): " + found + ". Is the type another one than in the job that wrote"
                + " the snapshot?");
    }
}
