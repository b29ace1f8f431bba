package org.apache.flink.contrib.streaming.state;

import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * Writes what {@link FlinkFormatReader} reads: the header when it is made, then {@link #write} for each record, {@link #end} in
 * the end. One thread.
 */
final class FlinkFormatWriter {
    private static final int BLOCK = 64 << 10;

    private final DataOutput out;
    private final ByteOutput block = new ByteOutput(2 * BLOCK);

    /**
     * Writes the header.
     *
     * @param out where to; the caller closes it
     * @param descriptors the Java serialization of each state's descriptor, at most {@link FlinkFormatReader#MAX_STATES}
     */
    FlinkFormatWriter(DataOutput out, List<byte[]> descriptors) throws IOException {
        this.out = out;
        out.writeInt(descriptors.size());
        for (int state = 0; state < descriptors.size(); state++) {
            out.writeByte(state);
            out.write(descriptors.get(state));
        }
    }

    /**
     * Writes a record.
     *
     * @param state an index into the descriptors
     * @param key the row's key in the layout of Flink 1.1, from index 0
     * @param keyLength how many bytes of it
     * @param value the row's value in the layout of Flink 1.1, from index 0
     * @param valueLength how many bytes of it
     */
    void write(int state, byte[] key, int keyLength, byte[] value, int valueLength) throws IOException {
        block.writeByte(state);
        block.writeInt(keyLength);
        append(key, keyLength);
        block.writeInt(valueLength);
        append(value, valueLength);
        if (block.length() >= BLOCK) {
            end();
        }
    }

    /** Small parts go by blocks, large ones as they are. */
    private void append(byte[] part, int length) throws IOException {
        if (length < BLOCK) {
            block.write(part, 0, length);
        } else {
            end();
            out.write(part, 0, length);
        }
    }

    /** Passes on what was held back. */
    void end() throws IOException {
        out.write(block.array(), 0, block.length());
        block.truncate(0);
    }
}
