package org.apache.flink.contrib.streaming.state;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Writes an array's bytes and nothing else, and reads to the end; what it says of the length is up to the test. */
final class BareBytes extends TypeSerializer<byte[]> {
    private static final long serialVersionUID = 1L;

    private final int length;

    BareBytes(int length) {
        this.length = length;
    }

    @Override
    public boolean isImmutableType() {
        return false;
    }

    @Override
    public TypeSerializer<byte[]> duplicate() {
        return this;
    }

    @Override
    public byte[] createInstance() {
        return new byte[0];
    }

    @Override
    public byte[] copy(byte[] from) {
        return from.clone();
    }

    @Override
    public byte[] copy(byte[] from, byte[] reuse) {
        return from.clone();
    }

    @Override
    public int getLength() {
        return length;
    }

    @Override
    public void serialize(byte[] record, DataOutputView target) throws IOException {
        target.write(record);
    }

    @Override
    public byte[] deserialize(DataInputView source) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] block = new byte[16];
        for (int read; (read = source.read(block)) > 0; ) {
            all.write(block, 0, read);
        }
        return all.toByteArray();
    }

    @Override
    public byte[] deserialize(byte[] reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        target.write(deserialize(source));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BareBytes;
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof BareBytes;
    }

    @Override
    public int hashCode() {
        return 1;
    }
}
