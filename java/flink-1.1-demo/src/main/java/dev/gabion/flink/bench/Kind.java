package dev.gabion.flink.bench;

import java.nio.ByteBuffer;
import org.apache.flink.api.common.functions.FoldFunction;
import org.apache.flink.api.common.functions.ReduceFunction;
import org.apache.flink.api.common.state.FoldingState;
import org.apache.flink.api.common.state.FoldingStateDescriptor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ReducingState;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.VoidSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.runtime.state.AbstractStateBackend;

/** A kind of keyed state, and how the benchmark writes and reads it under the current key. */
enum Kind {
    /** 100 bytes that can't be compressed. */
    VALUE {
        @Override
        Subject open(AbstractStateBackend backend) throws Exception {
            ValueState<byte[]> state = open(backend, new ValueStateDescriptor<>(
                    "value", BytePrimitiveArraySerializer.INSTANCE, null));
            return new Subject() {
                @Override
                public void write(long number) throws Exception {
                    ByteBuffer value = ByteBuffer.allocate(VALUE_BYTES);
                    for (long bits = number; value.remaining() >= Long.BYTES; ) {
                        bits = bits * 6_364_136_223_846_793_005L + 1_442_695_040_888_963_407L;
                        value.putLong(bits ^ bits >>> 32);
                    }
                    state.update(value.array());
                }

                @Override
                public long read() throws Exception {
                    byte[] value = state.value();
                    return value == null ? 0 : ByteBuffer.wrap(value).getLong();
                }
            };
        }
    },
    /** Longs. */
    LIST {
        @Override
        Subject open(AbstractStateBackend backend) throws Exception {
            ListState<Long> state = open(backend, new ListStateDescriptor<>("list", LongSerializer.INSTANCE));
            return new Subject() {
                @Override
                public void write(long number) throws Exception {
                    state.add(number);
                }

                @Override
                public long read() throws Exception {
                    Iterable<Long> elements = state.get();
                    long sum = 0;
                    if (elements != null) {
                        for (long element : elements) {
                            sum += element;
                        }
                    }
                    return sum;
                }
            };
        }
    },
    /** A sum of longs. */
    REDUCING {
        @Override
        Subject open(AbstractStateBackend backend) throws Exception {
            ReducingState<Long> state = open(backend, new ReducingStateDescriptor<>(
                    "reducing", new Add(), LongSerializer.INSTANCE));
            return new Subject() {
                @Override
                public void write(long number) throws Exception {
                    state.add(number);
                }

                @Override
                public long read() throws Exception {
                    Long sum = state.get();
                    return sum == null ? 0 : sum;
                }
            };
        }
    },
    /** A sum of longs. */
    FOLDING {
        @Override
        Subject open(AbstractStateBackend backend) throws Exception {
            FoldingState<Long, Long> state = open(backend, new FoldingStateDescriptor<>(
                    "folding", 0L, new Add(), LongSerializer.INSTANCE));
            return new Subject() {
                @Override
                public void write(long number) throws Exception {
                    state.add(number);
                }

                @Override
                public long read() throws Exception {
                    Long sum = state.get();
                    return sum == null ? 0 : sum;
                }
            };
        }
    };

    /** The length of a value. */
    static final int VALUE_BYTES = 100;

    /** The state under the current key, of one kind. */
    interface Subject {
        /** Updates it, or adds to it. */
        void write(long number) throws Exception;

        /** What is in it, as a number; 0 if there is nothing. */
        long read() throws Exception;
    }

    /** Opens a state of this kind. */
    abstract Subject open(AbstractStateBackend backend) throws Exception;

    /** Opens a state as the runtime does for a user's function. */
    static <S extends State> S open(AbstractStateBackend backend, StateDescriptor<S, ?> descriptor) throws Exception {
        return backend.getPartitionedState(null, VoidSerializer.INSTANCE, descriptor);
    }

    private static final class Add implements ReduceFunction<Long>, FoldFunction<Long, Long> {
        private static final long serialVersionUID = 1L;

        @Override
        public Long reduce(Long one, Long other) {
            return one + other;
        }

        @Override
        public Long fold(Long sum, Long number) {
            return sum + number;
        }
    }
}
