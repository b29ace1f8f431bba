package org.apache.flink.contrib.streaming.state;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Writes a text's bytes and nothing that tells where they end; reads to the end of the input. */
class GreedySerializer extends TypeSerializerSingleton<String> {
    private static final long serialVersionUID = 1L;

    @Override
    public boolean isImmutableType() {
        return true;
    }

    @Override
    public String createInstance() {
        return "";
    }

    @Override
    public String copy(String from) {
        return from;
    }

    @Override
    public String copy(String from, String reuse) {
        return from;
    }

    @Override
    public int getLength() {
        return -1;
    }

    @Override
    public void serialize(String record, DataOutputView target) throws IOException {
        target.write(record.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public String deserialize(DataInputView source) throws IOException {
        StringBuilder text = new StringBuilder();
        byte[] one = new byte[1];
        while (source.read(one) > 0) {
            text.append((char) (one[0] & 0xff));
        }
        return text.toString();
    }

    @Override
    public String deserialize(String reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) throws IOException {
        serialize(deserialize(source), target);
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof GreedySerializer;
    }
}
