package org.apache.flink.contrib.streaming.state;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import org.apache.flink.api.common.functions.FoldFunction;
import org.apache.flink.api.common.functions.ReduceFunction;
import org.apache.flink.api.common.state.FoldingStateDescriptor;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/**
 * Makes the descriptors that stand in the header of the format of Flink 1.1. Flink 1.1 compares their class, name and
 * serializer with those of the job, and uses nothing else of them: the functions and default values it works with are the
 * job's. So they carry none, and a renamed function does not make a snapshot unreadable.
 */
final class FlinkFormatDescriptor {
    private static final NoFunction NO_FUNCTION = new NoFunction();

    /** Stands for the functions, without which Flink makes no descriptor; null is written in its place. */
    private static final class NoFunction implements ReduceFunction<Object>, FoldFunction<Object, Object> {
        private static final long serialVersionUID = 1L;

        @Override
        public Object reduce(Object first, Object second) {
            throw new UnsupportedOperationException("the function is the job's");
        }

        @Override
        public Object fold(Object accumulator, Object value) {
            throw new UnsupportedOperationException("the function is the job's");
        }
    }

    private FlinkFormatDescriptor() {}

    /**
     * Writes a descriptor.
     *
     * @param kind the kind of state
     * @param name the state's name
     * @param serializer of its values, elements or accumulators
     * @return one complete stream of Java's serialization
     */
    static byte[] serialize(StateKind kind, String name, TypeSerializer<?> serializer) throws IOException {
        return serialize(make(kind, name, serializer));
    }

    /** Writes a descriptor of a class of the user's own: Flink 1.1 would not take Flink's class in its place. */
    static byte[] serialize(StateDescriptor<?, ?> descriptor) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new WithoutFunctions(bytes)) {
            out.writeObject(descriptor);
        }
        return bytes.toByteArray();
    }

    /** Says whether the descriptor's class is one of Flink's own four. */
    static boolean isOfFlink(StateDescriptor<?, ?> descriptor) {
        return descriptor.getClass().getSuperclass() == StateDescriptor.class;
    }

    @SuppressWarnings("unchecked") // nobody gives it a value
    private static StateDescriptor<?, ?> make(StateKind kind, String name, TypeSerializer<?> any) {
        TypeSerializer<Object> serializer = (TypeSerializer<Object>) any;
        switch (kind) {
            case VALUE:
                return new ValueStateDescriptor<>(name, serializer, null);
            case LIST:
                return new ListStateDescriptor<>(name, serializer);
            case REDUCING:
                return new ReducingStateDescriptor<>(name, NO_FUNCTION, serializer);
            case FOLDING:
                return new FoldingStateDescriptor<>(name, null, NO_FUNCTION, serializer);
            default:
                throw new IllegalArgumentException("Flink 1.1 has no state of kind " + kind);
        }
    }

    private static final class WithoutFunctions extends ObjectOutputStream {
        WithoutFunctions(OutputStream out) throws IOException {
            super(out);
            enableReplaceObject(true);
        }

        @Override
        protected Object replaceObject(Object object) {
            return object == NO_FUNCTION ? null : object;
        }
    }
}
