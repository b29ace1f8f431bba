package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.junit.jupiter.api.Test;

/** ByteOutput and ByteInput do what the JDK's data streams do. */
class ByteViewsTest {
    private static final String UNITS = "a\u0000\u007f\u0080\u07ff\u0800\uffff\ud83d\ude00";

    private static void writeAll(DataOutput out) throws IOException {
        out.write(300);
        out.write(new byte[] {1, 2, 3});
        out.write(new byte[] {1, 2, 3, 4}, 1, 2);
        out.writeBoolean(true);
        out.writeBoolean(false);
        out.writeByte(-1);
        out.writeShort(-2);
        out.writeChar('\uabcd');
        out.writeInt(0x01020304);
        out.writeLong(Long.MIN_VALUE + 5);
        out.writeFloat(-1.5f);
        out.writeFloat(Float.NaN);
        out.writeDouble(Math.PI);
        out.writeBytes("bytes\u1234");
        out.writeChars(UNITS);
        out.writeUTF(UNITS);
        out.writeUTF("");
        out.writeUTF("\u0800".repeat(21845));
    }

    private static byte[] expected() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        writeAll(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    @Test
    void what_is_written_is_what_a_data_output_stream_writes() throws IOException {
        ByteOutput out = new ByteOutput(0);
        writeAll(out);
        assertArrayEquals(expected(), out.toBytes());
    }

    private static String readAll(DataInput in) throws IOException {
        StringBuilder read = new StringBuilder();
        byte[] some = new byte[4];
        in.readFully(some);
        read.append(Arrays.toString(some));
        in.readFully(some, 1, 2);
        read.append(Arrays.toString(some)).append(in.readBoolean()).append(in.readBoolean()).append(in.readByte());
        read.append(in.readShort()).append(in.readChar()).append(in.readInt()).append(in.readLong());
        read.append(in.readFloat()).append(in.readFloat()).append(in.readDouble());
        read.append(in.skipBytes(6));
        for (int i = 0; i < UNITS.length(); i++) {
            read.append(in.readChar());
        }
        read.append(in.readUTF()).append(in.readUTF()).append(in.readUTF());
        read.append(in.skipBytes(3));
        return read.toString();
    }

    @Test
    void what_is_read_is_what_a_data_input_stream_reads() throws IOException {
        byte[] bytes = expected();
        byte[] within = new byte[bytes.length + 9];
        System.arraycopy(bytes, 0, within, 5, bytes.length);
        ByteInput in = new ByteInput(0);
        in.reset(within, 5, bytes.length);
        assertEquals(readAll(new DataInputStream(new ByteArrayInputStream(bytes))), readAll(in));
        assertEquals(0, in.remaining());
    }

    @Test
    void unsigned_numbers_and_lines_are_read_too() throws IOException {
        byte[] bytes = "\u00ff\u00ff\u00feone\ntwo\r\nthree\rfour".getBytes("ISO-8859-1");
        ByteInput in = new ByteInput(0);
        in.reset(bytes, 0, bytes.length);
        assertEquals(255, in.readUnsignedByte());
        assertEquals(0xfffe, in.readUnsignedShort());
        for (String line : new String[] {"one", "two", "three", "four"}) {
            assertEquals(line, in.readLine());
        }
        assertNull(in.readLine());
        assertEquals(-1, in.read(new byte[1]));
        assertEquals(0, in.read(new byte[0]));
    }

    @Test
    void reading_beyond_the_end_is_an_end_of_file_even_where_the_array_goes_on() {
        ByteInput in = new ByteInput(0);
        in.reset(new byte[20], 2, 3);
        assertThrows(EOFException.class, in::readInt);
        assertThrows(EOFException.class, () -> in.readFully(new byte[4]));
        assertThrows(EOFException.class, () -> in.skipBytesToRead(4));
        assertThrows(EOFException.class, () -> in.skipBytesToRead(-1));
        assertEquals(3, in.remaining());
        assertEquals(3, in.read(new byte[9], 0, 9));
    }

    @Test
    void a_text_that_is_too_long_for_utf_leaves_nothing_behind() throws IOException {
        ByteOutput out = new ByteOutput(8);
        out.write(1);
        assertThrows(UTFDataFormatException.class, () -> out.writeUTF("x".repeat(65536)));
        assertEquals(1, out.length());
    }

    @Test
    void bytes_are_taken_from_another_view() throws IOException {
        ByteOutput out = new ByteOutput(1);
        out.write(new DataInputViewStreamWrapper(new ByteArrayInputStream(new byte[] {7, 8, 9})), 2);
        assertArrayEquals(new byte[] {7, 8}, out.toBytes());
        assertThrows(
                EOFException.class,
                () -> out.write(new DataInputViewStreamWrapper(new ByteArrayInputStream(new byte[] {7})), 2));
        assertEquals(2, out.length());
    }

    @Test
    void skipped_bytes_are_zero_and_gaps_move_what_is_behind() throws IOException {
        ByteOutput out = new ByteOutput(16);
        out.writeLong(-1);
        out.truncate(0);
        out.skipBytesToWrite(3);
        assertArrayEquals(new byte[3], out.toBytes());
        out.write(9);
        out.insert(1, 40);
        assertEquals(44, out.length());
        assertEquals(9, out.array()[43]);
        assertThrows(IndexOutOfBoundsException.class, () -> out.truncate(45));
    }
}
