package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListStateTest extends BackendTest {
    @Test
    void operands_are_lengths_and_elements() throws IOException {
        ByteOutput out = new ByteOutput(0);
        ListElements.append(StringSerializer.INSTANCE, "1", out);
        out.write(ListElements.DELIMITER);
        ListElements.append(StringSerializer.INSTANCE, "u1", out);
        assertArrayEquals(new byte[] {2, 2, 0x31, 0x2c, 3, 3, 0x75, 0x31}, out.toBytes());
        assertEquals(
                List.of("1", "u1"),
                ListElements.read(StringSerializer.INSTANCE, out.array(), out.length(), new ByteInput(0)));
    }

    /** Around the sizes at which the length takes one more byte. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 127, 128, 129, 16383, 16384, 16385, 2097151, 2097152, 3000000})
    void elements_may_have_any_length(int length) throws IOException {
        byte[] element = new byte[length];
        Arrays.fill(element, (byte) ',');
        ByteOutput out = new ByteOutput(0);
        out.write(99);
        ListElements.append(new BareBytes(-1), element, out);
        ByteOutput same = new ByteOutput(0);
        same.write(99);
        ListElements.appendBytes(element, 0, length, same);
        assertArrayEquals(same.toBytes(), out.toBytes());
        byte[] value = Arrays.copyOfRange(out.array(), 1, out.length());
        List<byte[]> read = ListElements.read(new BareBytes(-1), value, value.length, new ByteInput(0));
        assertEquals(1, read.size());
        assertArrayEquals(element, read.get(0));
    }

    @Test
    void bytes_that_are_no_list_are_refused() {
        byte[][] broken = {
            {}, {5}, {1, 7, ';', 1, 7}, {1, 7, ','}, {(byte) 0x80}, {-1, -1, -1, -1, 0x7f, 1}, {-1, -1, -1, -1, -1, 1}
        };
        for (byte[] value : broken) {
            assertThrows(
                    IOException.class,
                    () -> ListElements.read(new BareBytes(-1), value, value.length, new ByteInput(0)),
                    Arrays.toString(value));
        }
    }

    /** B17; checklist 6: commas, no bytes at all, null, and a serializer that reads to the end of its input. */
    @ParameterizedTest
    @EnumSource
    void elements_may_be_any_bytes_or_none(Mode mode) throws Exception {
        Operator operator = operator(mode).start();
        ListStateDescriptor<byte[]> bare = new ListStateDescriptor<>("bare", new BareBytes(-1));
        byte[][] elements = {{}, {','}, {}, {}, {',', ','}, {1, ',', 2}, {}};
        operator.key(1);
        operator.state(bare).add(new byte[0]);
        operator.key(2);
        List<String> nullable = Arrays.asList("a,b", null, "", ",", null);
        for (byte[] element : elements) {
            operator.state(bare).add(element);
        }
        for (String element : nullable) {
            operator.state(texts("texts")).add(element);
        }
        var snapshot = operator.snapshot(1);
        operator.restartFrom(snapshot);
        snapshot.discardState();
        operator.key(2);
        operator.state(bare).add(new byte[] {9});
        List<byte[]> read = new ArrayList<>();
        operator.state(bare).get().forEach(read::add);
        assertEquals(elements.length + 1, read.size());
        for (int i = 0; i < elements.length; i++) {
            assertArrayEquals(elements[i], read.get(i));
        }
        assertEquals(nullable, operator.state(texts("texts")).get());
        operator.key(1);
        assertArrayEquals(new byte[0], operator.state(bare).get().iterator().next(), "a list of one element without bytes");
    }

    @Test
    void a_list_belongs_to_the_caller_and_clearing_leaves_none() throws Exception {
        Operator operator = operator(Mode.SEMI_ASYNC).start();
        ListState<String> list = operator.state(texts("list"));
        operator.key(1);
        assertNull(list.get());
        list.clear();
        list.add("x");
        ((List<String>) list.get()).add("only in the caller's list");
        assertEquals(List.of("x"), list.get());
        list.clear();
        assertNull(list.get());
        list.add("y");
        assertEquals(List.of("y"), list.get());
    }

    /** Longs have no null: what their serializer throws comes wrapped, and nothing is written. */
    @Test
    void what_an_elements_serializer_throws_comes_wrapped() throws Exception {
        Operator operator = operator(Mode.SEMI_ASYNC).start();
        ListState<Long> list = operator.state(new ListStateDescriptor<>("longs", LongSerializer.INSTANCE));
        operator.key(1);
        RuntimeException thrown = assertThrows(RuntimeException.class, () -> list.add(null));
        assertTrue(thrown.getMessage().contains("adding data"), thrown.getMessage());
        assertEquals(NullPointerException.class, thrown.getCause().getClass());
        assertNull(list.get());
        list.add(1L);
        assertEquals(List.of(1L), list.get());
    }

    /** B40; checklist 16: the original's operator took 20 s for such a list. */
    @Test
    void reading_a_list_takes_time_in_proportion_to_its_size() throws Exception {
        Operator operator = operator(Mode.SEMI_ASYNC).start();
        ListState<String> list = operator.state(texts("list"));
        String element = "x".repeat(72);
        for (int size : new int[] {5_000, 50_000}) {
            operator.key(size);
            for (int i = 0; i < size; i++) {
                list.add(element);
            }
        }
        long small = nanosToRead(operator, list, 5_000);
        long large = nanosToRead(operator, list, 50_000);
        assertTrue(large < 60 * Math.max(small, 1_000_000), small + " ns for 5,000 elements, " + large + " ns for 50,000");
    }

    /** Of the processor: on a busy machine the clock shows more. */
    private static long nanosToRead(Operator operator, ListState<String> list, int size) throws Exception {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        operator.key(size);
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long start = threads.getCurrentThreadCpuTime();
            assertEquals(size, ((List<String>) list.get()).size());
            best = Math.min(best, threads.getCurrentThreadCpuTime() - start);
        }
        return best;
    }

    @Test
    void lists_of_several_namespaces_are_merged_in_their_order() throws Exception {
        Operator operator = operator(Mode.SEMI_ASYNC).start();
        operator.key(1);
        for (int namespace = 1; namespace <= 3; namespace++) {
            ListState<String> list = list(operator, namespace);
            list.add(namespace + "a");
            list.add(namespace + "b");
        }
        operator.backend.mergePartitionedStates(3, List.of(2, 9, 1), IntSerializer.INSTANCE, texts("list"));
        assertEquals(List.of("3a", "3b", "2a", "2b", "1a", "1b"), operator.backend
                .<Integer, ListState<String>>getPartitionedState(3, IntSerializer.INSTANCE, texts("list")).get());
        assertNull(list(operator, 1).get());
        assertNull(list(operator, 2).get());
        operator.backend.mergePartitionedStates(5, List.of(9, 3), IntSerializer.INSTANCE, texts("list"));
        list(operator, 5).add("5");
        assertEquals(List.of("3a", "3b", "2a", "2b", "1a", "1b", "5"), list(operator, 5).get());
        operator.backend.mergePartitionedStates(6, List.of(7, 8), IntSerializer.INSTANCE, texts("list"));
        assertNull(list(operator, 6).get());
    }

    private static ListState<String> list(Operator operator, int namespace) throws Exception {
        return operator.backend.getPartitionedState(namespace, IntSerializer.INSTANCE, texts("list"));
    }
}
