package org.rocksdb;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.rocksdb.util.BytewiseComparator;
import org.rocksdb.util.DirectBytewiseComparator;
import org.rocksdb.util.ReverseBytewiseComparator;

/** Slices and comparators work for whoever calls them, though Gabion does not. */
class SliceTest {
    @Test
    void a_slice_is_a_copy_of_bytes() {
        byte[] bytes = {1, 2, (byte) 0xAB};
        Slice slice = new Slice(bytes, 1);
        bytes[1] = 9;
        slice.data()[0] = 9;
        assertArrayEquals(new byte[] {2, (byte) 0xAB}, slice.data());
        assertEquals(2, slice.size());
        assertEquals("02AB", slice.toString(true));
        assertTrue(slice.startsWith(new Slice(new byte[] {2})) && slice.startsWith(new Slice("")));
        assertFalse(slice.startsWith(new Slice("abc")) || slice.startsWith(null));
        assertTrue(new Slice("").empty());
        assertEquals("é", new Slice("é").toString());
    }

    @Test
    void slices_of_equal_bytes_are_equal_whatever_their_form() {
        assertEquals(new Slice("ab"), new DirectSlice("ab"));
        assertEquals(new Slice("ab").hashCode(), new DirectSlice("ab").hashCode());
        assertNotEquals(new Slice("ab"), new Slice("ac"));
        assertTrue(new Slice(new byte[] {1}).compare(new Slice(new byte[] {-1})) < 0);
    }

    @Test
    void a_direct_slice_is_a_part_of_a_buffer() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(4).put(new byte[] {1, 2, 3, 4});
        DirectSlice slice = new DirectSlice(buffer, 3);
        assertEquals(3, slice.size());
        slice.removePrefix(1);
        assertEquals("0203", slice.toString(true));
        assertEquals(3, slice.get(1));
        buffer.put(1, (byte) 7);
        assertEquals(7, slice.data().get(0));
        slice.clear();
        assertTrue(slice.empty() && DirectSlice.NONE.empty());
        assertEquals(4, new DirectSlice(buffer).size());
        assertThrows(IllegalArgumentException.class, () -> new DirectSlice(ByteBuffer.allocate(1)));
    }

    @Test
    void comparators_compare() {
        ComparatorOptions options = new ComparatorOptions().setUseAdaptiveMutex(true);
        assertTrue(options.useAdaptiveMutex());
        Slice a = new Slice("a");
        Slice b = new Slice("b");
        assertTrue(new BytewiseComparator(options).compare(a, b) < 0);
        assertTrue(new ReverseBytewiseComparator(options).compare(a, b) > 0);
        assertTrue(new DirectBytewiseComparator(options).compare(new DirectSlice("a"), new DirectSlice("b")) < 0);
        assertNull(new ReverseBytewiseComparator(options).findShortSuccessor("a"));
        ColumnFamilyOptions families = new ColumnFamilyOptions().setComparator(new ReverseBytewiseComparator(options));
        assertEquals("setComparator(rocksdb.java.ReverseBytewiseComparator): keys are ordered as unsigned bytes",
                families.unsupported().get(0));
    }

    @Test
    void a_logger_has_the_level_of_its_options_and_gets_no_message() {
        Logger logger = new Logger(new Options().setInfoLogLevel(InfoLogLevel.WARN_LEVEL)) {
            @Override
            protected void log(InfoLogLevel infoLogLevel, String logMsg) {
                throw new AssertionError(logMsg);
            }
        };
        assertEquals(InfoLogLevel.WARN_LEVEL, logger.infoLogLevel());
        logger.setInfoLogLevel(InfoLogLevel.ERROR_LEVEL);
        assertEquals(InfoLogLevel.ERROR_LEVEL, logger.infoLogLevel());
        assertTrue(new DBOptions().setLogger(logger).unsupported().get(0).contains("message log is off"));
    }
}
