package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.junit.jupiter.api.Test;

class FlinkFormatReaderTest {
    private static final byte[] GOLDEN_KEY = {0, 0, 0, 0, 0, 0, 0, 3, 0x2a, 0};
    private static final int MUTANTS = "1".equals(System.getenv("GABION_SOAK")) ? 100_000 : 3_000;
    private static final byte[] GOLDEN_VALUE = {0, 0, 0, 0, 0, 0, 0, 3};

    /** A stream as Flink 1.1 writes it, and where its parts end. */
    private static final class Sample {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final DataOutputStream out = new DataOutputStream(bytes);
        final TreeSet<Integer> ends = new TreeSet<>();

        Sample header(Object... descriptors) throws IOException {
            out.writeInt(descriptors.length);
            for (int i = 0; i < descriptors.length; i++) {
                out.writeByte(i);
                new ObjectOutputStream(out).writeObject(descriptors[i]);
            }
            ends.add(bytes.size());
            return this;
        }

        Sample record(int state, byte[] key, byte[] value) throws IOException {
            out.writeByte(state);
            out.writeInt(key.length);
            out.write(key);
            out.writeInt(value.length);
            out.write(value);
            ends.add(bytes.size());
            return this;
        }

        byte[] toBytes() {
            return bytes.toByteArray();
        }
    }

    private static ValueStateDescriptor<Long> longs(String name) {
        return new ValueStateDescriptor<>(name, LongSerializer.INSTANCE, null);
    }

    private static FlinkFormatReader reader(byte[] bytes) {
        return new FlinkFormatReader(new ByteArrayInputStream(bytes), FlinkFormatReaderTest.class.getClassLoader());
    }

    /** Every record as "state key value". */
    private static List<String> readAll(byte[] bytes) throws IOException {
        FlinkFormatReader reader = reader(bytes);
        List<StateDescriptor<?, ?>> states = reader.readHeader();
        List<String> records = new ArrayList<>();
        while (reader.next()) {
            records.add(states.get(reader.state()).getName() + " " + Arrays.toString(reader.key()) + " "
                    + Arrays.toString(reader.value()));
        }
        return records;
    }

    private static IOException refused(byte[] bytes) {
        return assertThrows(IOException.class, () -> readAll(bytes));
    }

    private static void assertSays(String words, byte[] bytes) {
        String message = refused(bytes).getMessage();
        assertTrue(message.contains(words), message);
    }

    @Test
    void a_stream_that_Flink_wrote_is_read() throws IOException {
        byte[] stream = new Sample().header(longs("state-name")).record(0, GOLDEN_KEY, GOLDEN_VALUE).toBytes();
        FlinkFormatReader reader = reader(stream);
        List<StateDescriptor<?, ?>> states = reader.readHeader();
        assertEquals(List.of(longs("state-name")), states);
        assertTrue(reader.next());
        assertEquals(0, reader.state());
        assertArrayEquals(GOLDEN_KEY, reader.key());
        assertArrayEquals(GOLDEN_VALUE, reader.value());
        assertFalse(reader.next());
        assertEquals(508, stream.length, "the length of such a stream in a savepoint of Flink 1.1");
    }

    @Test
    void all_256_states_are_told_apart() throws IOException {
        Object[] descriptors = new Object[256];
        Arrays.setAll(descriptors, i -> longs("state " + i));
        Sample sample = new Sample().header(descriptors);
        for (int i = 0; i < descriptors.length; i++) {
            sample.record(i, GOLDEN_KEY, new byte[] {(byte) i});
        }
        List<String> records = readAll(sample.toBytes());
        for (int i = 0; i < descriptors.length; i++) {
            assertEquals("state " + i + " " + Arrays.toString(GOLDEN_KEY) + " [" + (byte) i + "]", records.get(i));
        }
    }

    @Test
    void a_stream_without_states_is_empty() throws IOException {
        assertEquals(List.of(), readAll(new byte[4]));
    }

    @Test
    void a_stream_that_is_cut_inside_a_part_is_refused_at_every_byte() throws IOException {
        Sample sample = new Sample().header(longs("first"), new ValueStateDescriptor<>("second", StringSerializer.INSTANCE, "x"));
        for (int i = 0; i < 5; i++) {
            sample.record(i % 2, GOLDEN_KEY, new byte[i * 3]);
        }
        byte[] whole = sample.toBytes();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            if (sample.ends.contains(length)) {
                assertEquals(sample.ends.headSet(length).size(), readAll(cut).size());
            } else {
                assertSays("cannot read the snapshot in the format of Flink 1.1", cut);
            }
        }
    }

    @Test
    void a_hostile_length_is_refused_without_taking_memory() throws IOException {
        Sample sample = new Sample().header(longs("state"));
        for (int length : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE - 8, 11}) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            bytes.writeBytes(sample.toBytes());
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeByte(0);
            out.writeInt(length);
            out.write(GOLDEN_KEY);
            assertSays("the key of record 0", bytes.toByteArray());
        }
    }

    @Test
    void a_hostile_number_of_states_is_refused() {
        assertSays("-1 states", new byte[] {-1, -1, -1, -1});
        assertSays("257 states", new byte[] {0, 0, 1, 1});
        assertSays("2147483647 states", new byte[] {0x7f, -1, -1, -1});
    }

    @Test
    void a_hostile_length_of_a_default_value_is_refused_without_taking_memory() throws IOException {
        byte[] stream = new Sample().header(new ValueStateDescriptor<>("state", LongSerializer.INSTANCE, 7L)).toBytes();
        // The descriptor ends with: block of 13 bytes, true, length 8, the value, end of block.
        int lengthAt = stream.length - 1 - 8 - 4;
        assertEquals(8, stream[lengthAt + 3]);
        for (byte[] length : new byte[][] {{0x7f, -1, -1, -1}, {-1, -1, -1, -1}, {1, 0, 0, 1}}) {
            byte[] hostile = stream.clone();
            System.arraycopy(length, 0, hostile, lengthAt, 4);
            assertSays("the default value claims to have", hostile);
        }
    }

    @Test
    void a_hostile_array_in_a_descriptor_is_refused_without_taking_memory() throws IOException {
        byte[] stream = new Sample().header(new Object[] {new long[3]}).toBytes();
        int lengthAt = stream.length - 3 * 8 - 4;
        assertEquals(3, stream[lengthAt + 3]);
        stream[lengthAt] = 0x7f;
        assertSays("the descriptor of state 0 of 1 cannot be read", stream);
    }

    @Test
    void what_is_no_descriptor_is_refused() throws IOException {
        assertSays("java.lang.String", new Sample().header("text").toBytes());
        assertSays("nothing", new Sample().header(new Object[] {null}).toBytes());
    }

    @Test
    void states_of_one_name_or_number_are_refused() throws IOException {
        assertSays("two states have the name twin", new Sample().header(longs("twin"), longs("twin")).toBytes());
        byte[] stream = new Sample().header(longs("a"), longs("b")).toBytes();
        int second = 4 + (stream.length - 4) / 2;
        assertEquals(1, stream[second]);
        stream[second] = 0;
        assertSays("two states have the number 0", stream);
    }

    @Test
    void a_record_of_an_unknown_state_is_refused() throws IOException {
        byte[] stream = new Sample().header(longs("only")).record(1, GOLDEN_KEY, GOLDEN_VALUE).toBytes();
        assertSays("record 0 belongs to state number 1", stream);
    }

    @Test
    void a_class_that_is_missing_is_named() throws IOException {
        byte[] stream = new Sample().header(longs("state")).toBytes();
        String name = LongSerializer.class.getName();
        byte[] renamed = new String(stream, "ISO-8859-1").replace(name, name.replace("Long", "Lost")).getBytes("ISO-8859-1");
        assertSays(name.replace("Long", "Lost"), renamed);
    }

    @Test
    void mutations_never_fail_but_with_an_IOException() throws IOException {
        byte[] stream = new Sample().header(longs("state")).record(0, GOLDEN_KEY, GOLDEN_VALUE).toBytes();
        java.util.Random random = new java.util.Random(42);
        for (int i = 0; i < MUTANTS; i++) {
            byte[] mutant = stream.clone();
            for (int changes = random.nextInt(3); changes >= 0; changes--) {
                mutant[random.nextInt(mutant.length)] = (byte) random.nextInt();
            }
            try {
                readAll(mutant);
            } catch (IOException e) {
                assertTrue(e.getMessage().startsWith("cannot read the snapshot"), e.getMessage());
            }
        }
    }

    @Test
    void a_stream_that_gives_few_bytes_at_a_time_is_read() throws IOException {
        byte[] stream = new Sample().header(longs("state")).record(0, GOLDEN_KEY, new byte[100_000]).toBytes();
        InputStream slow = new ByteArrayInputStream(stream) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(length, 7));
            }
        };
        FlinkFormatReader reader = new FlinkFormatReader(slow, getClass().getClassLoader());
        assertEquals(Collections.singletonList(longs("state")), reader.readHeader());
        assertTrue(reader.next());
        assertEquals(100_000, reader.value().length);
        assertFalse(reader.next());
    }
}
