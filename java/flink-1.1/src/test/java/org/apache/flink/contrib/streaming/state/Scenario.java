package org.apache.flink.contrib.streaming.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
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
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.state.AbstractStateBackend;

/**
 * A reproducible life of an operator's state, with what each state must hold at each step. It runs on Gabion and, in a JVM of
 * its own, on upstream's backend: so it uses nothing but Flink's public API.
 */
final class Scenario {
    private static final int KEYS = 13;
    private static final int NAMESPACES = 3;

    private final long seed;
    private final Sample keys;
    private final int states;
    private int step;
    /** What must be there: a number, or a list of numbers. */
    private final Map<String, Object> expected = new TreeMap<>();

    Scenario(long seed, Sample keys, int states) {
        this.seed = seed;
        this.keys = keys;
        this.states = states;
    }

    /** Mixes numbers; as a function of the user's, it travels in snapshots of upstream's. */
    static final class Mix implements ReduceFunction<Object>, FoldFunction<Long, Object> {
        private static final long serialVersionUID = 1L;

        private final Sample type;

        Mix(Sample type) {
            this.type = type;
        }

        static long mix(long first, long second) {
            return (first * 31 + second) % 1_000_003;
        }

        @Override
        public Object reduce(Object first, Object second) {
            return type.make(mix(type.number(first), type.number(second)));
        }

        @Override
        public Object fold(Object accumulator, Long number) {
            return type.make(mix(type.number(accumulator), number));
        }
    }

    TypeSerializer<?> keySerializer() {
        return keys.serializer();
    }

    /** Goes on, on the backend and in the model, or in the model alone. */
    void run(AbstractStateBackend backend, int steps) throws Exception {
        for (int end = step + steps; step < end; step++) {
            Random random = new Random(seed * 1_000_003 + step);
            Access access = new Access(random.nextInt(states), random.nextInt(KEYS), random.nextInt(NAMESPACES));
            boolean clear = random.nextInt(10) == 0;
            long number = random.nextInt(1_000_000);
            access.model(clear, number);
            if (backend != null) {
                access.change(backend, clear, number);
            }
        }
    }

    /** Compares everything; answers how many rows there are. */
    int verify(AbstractStateBackend backend) throws Exception {
        for (int state = 0; state < states; state++) {
            for (int key = 0; key < KEYS; key++) {
                for (int namespace = 0; namespace < NAMESPACES; namespace++) {
                    Access access = new Access(state, key, namespace);
                    Object found = access.read(backend);
                    if (!String.valueOf(found).equals(String.valueOf(access.expected()))) {
                        throw new AssertionError(access.name() + " at step " + step + " holds " + found + " instead of "
                                + access.expected());
                    }
                }
            }
        }
        return expected.size();
    }

    /** One row of one state. */
    private final class Access {
        private final int state;
        private final int key;
        private final int namespace;
        private final Sample space;
        private final Sample value;
        private final int kind;

        Access(int state, int key, int namespace) {
            this.state = state;
            this.key = key;
            this.kind = state % 4;
            this.space = Sample.NAMESPACES[state / 4 % Sample.NAMESPACES.length];
            this.value = Sample.VALUES[(state + state / 16) % Sample.VALUES.length];
            this.namespace = space == Sample.VOID ? 0 : namespace;
        }

        String name() {
            return "state " + state + " key " + key + " namespace " + namespace;
        }

        Object expected() {
            Object there = expected.get(name());
            return there == null && kind == 0 ? Long.valueOf(state) : there;
        }

        void model(boolean clear, long number) {
            if (clear) {
                expected.remove(name());
            } else if (kind == 0) {
                expected.put(name(), number);
            } else if (kind == 1) {
                @SuppressWarnings("unchecked")
                List<Long> list = (List<Long>) expected.computeIfAbsent(name(), absent -> new ArrayList<Long>());
                list.add(number);
            } else {
                Object initial = kind == 2 ? null : Long.valueOf(state);
                Long there = (Long) expected.getOrDefault(name(), initial);
                expected.put(name(), there == null ? number : Mix.mix(there, number));
            }
        }

        void change(AbstractStateBackend backend, boolean clear, long number) throws Exception {
            State there = open(backend);
            if (clear) {
                there.clear();
            } else if (kind == 0) {
                this.<ValueState<Object>>cast(there).update(value.make(number));
            } else if (kind == 1) {
                this.<ListState<Object>>cast(there).add(value.make(number));
            } else if (kind == 2) {
                this.<ReducingState<Object>>cast(there).add(value.make(number));
            } else {
                this.<FoldingState<Long, Object>>cast(there).add(number);
            }
        }

        Object read(AbstractStateBackend backend) throws Exception {
            State there = open(backend);
            if (kind == 1) {
                Iterable<Object> list = this.<ListState<Object>>cast(there).get();
                if (list == null) {
                    return null;
                }
                List<Long> numbers = new ArrayList<>();
                list.forEach(each -> numbers.add(value.number(each)));
                return numbers;
            }
            Object found = kind == 0
                    ? this.<ValueState<Object>>cast(there).value()
                    : kind == 2
                            ? this.<ReducingState<Object>>cast(there).get()
                            : this.<FoldingState<Long, Object>>cast(there).get();
            return found == null ? null : value.number(found);
        }

        private State open(AbstractStateBackend backend) throws Exception {
            backend.setCurrentKey(keys.make(key));
            TypeSerializer<Object> serializer = Sample.cast(space.serializer());
            return backend.getPartitionedState(space.make(namespace), serializer, descriptor());
        }

        private StateDescriptor<? extends State, ?> descriptor() {
            TypeSerializer<Object> serializer = Sample.cast(value.serializer());
            String name = "state-\u00e4-" + state;
            switch (kind) {
                case 0:
                    return new ValueStateDescriptor<>(name, serializer, value.make(state));
                case 1:
                    return new ListStateDescriptor<>(name, serializer);
                case 2:
                    return new ReducingStateDescriptor<>(name, new Mix(value), serializer);
                default:
                    return new FoldingStateDescriptor<>(name, value.make(state), new Mix(value), serializer);
            }
        }

        @SuppressWarnings("unchecked")
        private <T> T cast(Object object) {
            return (T) object;
        }
    }
}
