package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Copying a captured directory by its manifest. */
class CapturedFilesTest {
    private final Map<String, byte[]> source = new HashMap<>();
    private final Map<String, ByteArrayOutputStream> target = new HashMap<>();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String crc32c(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return String.format("%08x", crc.getValue());
    }

    private static String file(String name, String object, byte[] content) {
        return "{" + (name == null ? "" : "\"name\":\"" + name + "\",") + "\"object\":\"" + object + "\",\"size\":" + content.length
                + ",\"crc32c\":\"" + crc32c(content) + "\"}";
    }

    private static byte[] manifest(String current, String... files) {
        return SnapshotDocument.encode(
                SnapshotDocument.Kind.MANIFEST,
                "{\"number\":0,\"grace\":1,\"families\":[{\"files\":[" + file(null, "a.rows", bytes("rows")) + "]}],\"rocksdb\":{"
                        + (current == null ? "" : "\"current\":\"" + current + "\",") + "\"files\":[" + String.join(",", files) + "]}}");
    }

    private InputStream open(String name) throws IOException {
        byte[] bytes = source.get(name);
        if (bytes == null) {
            throw new FileNotFoundException(name);
        }
        return new ByteArrayInputStream(bytes);
    }

    private ByteArrayOutputStream create(String name) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        target.put(name, file);
        return file;
    }

    private CapturedFiles copy(byte[] manifest) throws IOException, InterruptedException {
        CapturedFiles files = new CapturedFiles(manifest);
        FileCopies copies = new FileCopies();
        copies.run(files.copies(this::open, this::create));
        copies.run(List.of(files.manifest(this::create)));
        return files;
    }

    private byte[] sound() {
        source.put("a.rows", bytes("rows"));
        source.put("000012.sst", bytes("table"));
        return manifest("MANIFEST-000005%0A", file("000012.sst", "x.sst", bytes("table")));
    }

    @Test
    void what_the_manifest_names_is_copied_under_the_names_of_a_captured_directory() throws Exception {
        byte[] manifest = sound();
        source.put("stray", bytes("not named"));
        CapturedFiles files = copy(manifest);
        assertEquals(Set.of("a.rows", "000012.sst", "CURRENT", "gabion.manifest"), target.keySet());
        assertArrayEquals(bytes("rows"), target.get("a.rows").toByteArray());
        assertArrayEquals(bytes("table"), target.get("000012.sst").toByteArray());
        assertArrayEquals(bytes("MANIFEST-000005\n"), target.get("CURRENT").toByteArray());
        assertArrayEquals(manifest, target.get("gabion.manifest").toByteArray());
        assertEquals(manifest.length + 4 + 5 + 16, files.size());
    }

    @Test
    void a_file_with_a_wrong_byte_or_size_is_named_and_the_manifest_is_not_written() {
        byte[] manifest = sound();
        for (String wrong : new String[] {"tablE", "tabl", "tables", ""}) {
            source.put("000012.sst", bytes(wrong));
            target.clear();
            IOException thrown = assertThrows(IOException.class, () -> copy(manifest), wrong);
            assertTrue(thrown.getMessage().contains("000012.sst has "), thrown.getMessage());
            assertTrue(!target.containsKey("gabion.manifest"), wrong);
        }
        source.remove("000012.sst");
        assertThrows(FileNotFoundException.class, () -> copy(manifest));
    }

    @Test
    void a_size_that_no_file_has_takes_no_memory() {
        sound();
        byte[] manifest = SnapshotDocument.encode(
                SnapshotDocument.Kind.MANIFEST,
                "{\"number\":0,\"grace\":1,\"families\":[{\"files\":[{\"object\":\"a.rows\",\"size\":" + Long.MAX_VALUE
                        + ",\"crc32c\":\"00000000\"}]}]}");
        assertThrows(IOException.class, () -> copy(manifest));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gabion.manifest", "CURRENT", "a.rows"})
    void a_name_that_is_taken_is_refused(String name) {
        sound();
        source.put(name, bytes("x"));
        IOException thrown = assertThrows(
                IOException.class, () -> copy(manifest("M", file(name, "x.sst", bytes("x")))));
        assertTrue(thrown.getMessage().contains("more than once"), thrown.getMessage());
        assertEquals(Set.of(), target.keySet());
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "%0", "%0g", "%0a", " ", "\u00e9", "x%"})
    void a_CURRENT_that_is_not_in_percent_form_is_refused(String current) {
        sound();
        assertThrows(IOException.class, () -> copy(manifest(current)));
    }

    @Test
    void a_snapshot_without_files_of_RocksDB_has_no_CURRENT() throws Exception {
        sound();
        copy(manifest(null));
        assertEquals(Set.of("a.rows", "gabion.manifest"), target.keySet());
    }
}
