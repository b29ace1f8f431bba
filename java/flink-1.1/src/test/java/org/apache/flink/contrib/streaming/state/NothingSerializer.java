package org.apache.flink.contrib.streaming.state;

import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Writes its one value, the empty text, as no bytes. */
final class NothingSerializer extends TypeSerializerSingleton<String> {
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
    public void serialize(String record, DataOutputView target) {}

    @Override
    public String deserialize(DataInputView source) {
        return "";
    }

    @Override
    public String deserialize(String reuse, DataInputView source) {
        return "";
    }

    @Override
    public void copy(DataInputView source, DataOutputView target) {}

    @Override
    public boolean canEqual(Object other) {
        return other instanceof NothingSerializer;
    }
}
