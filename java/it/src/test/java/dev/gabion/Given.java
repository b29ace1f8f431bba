package dev.gabion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.function.Executable;

/** What the tests have in common. */
final class Given {
    static final Options NONE = new Options();

    private Given() {}

    /** Whether the tests run at full numbers. */
    static boolean soak() {
        return "1".equals(System.getenv("GABION_SOAK"));
    }

    static Options storage(Path directory) {
        return new Options().set("storage.paths", directory.toString());
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    static List<String> texts(List<byte[]> all) {
        return all.stream().map(Given::text).collect(Collectors.toList());
    }

    /** Bytes of the given length that differ from place to place. */
    static byte[] pattern(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + i / 251);
        }
        return bytes;
    }

    /** A direct buffer whose remaining bytes are these, with other bytes before and behind. */
    static ByteBuffer direct(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length + 7);
        for (int i = 0; i < buffer.capacity(); i++) {
            buffer.put(i, (byte) 0x55);
        }
        buffer.position(3);
        buffer.put(bytes).flip().position(3);
        return buffer;
    }

    static ColumnFamily family(Backend backend, String name) {
        return backend.createColumnFamily(bytes(name), bytes(""), NONE);
    }

    static void put(ColumnFamily family, String key, String value) {
        family.put(bytes(key), bytes(value));
    }

    static String get(ColumnFamily family, String key) {
        return text(family.get(bytes(key)));
    }

    static GabionException assertCode(GabionException.Code code, Executable call) {
        GabionException thrown = assertThrows(GabionException.class, call);
        assertEquals(code, thrown.code(), thrown.getMessage());
        return thrown;
    }

    static void assertClosed(Executable... calls) {
        for (Executable call : calls) {
            IllegalStateException thrown = assertThrows(IllegalStateException.class, call);
            assertEquals(true, thrown.getMessage().contains("closed"), thrown.getMessage());
        }
    }

    static void assertNull(Executable... calls) {
        Arrays.stream(calls).forEach(call -> assertThrows(NullPointerException.class, call));
    }
}
