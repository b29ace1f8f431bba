package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The plain-Java reader of manifests against those that the engine's own tests keep. */
class SnapshotManifestTest {
    private static final Path GOLDEN = Path.of("../../tests/golden");

    private static byte[] document(String kind, String json) {
        CRC32C crc = new CRC32C();
        crc.update(json.getBytes(StandardCharsets.UTF_8));
        return String.format("gabion-%s 1 %d %08x\n%s", kind, json.length(), crc.getValue(), json)
                .getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void a_golden_native_manifest_names_its_files() throws IOException {
        SnapshotManifest manifest =
                SnapshotManifest.parse(Files.readAllBytes(GOLDEN.resolve("native/sequence/00000000000000000004")));
        assertEquals(4, manifest.number);
        assertEquals(3_600_000, manifest.graceMillis);
        assertNotNull(manifest.current);
        assertTrue(manifest.current.startsWith("MANIFEST-"), manifest.current);
        assertTrue(manifest.files.size() > 2);
        for (SnapshotManifest.DataFile file : manifest.files) {
            byte[] bytes = Files.readAllBytes(GOLDEN.resolve("native/files").resolve(file.object));
            assertEquals(bytes.length, file.size);
            CRC32C crc = new CRC32C();
            crc.update(bytes);
            assertEquals(String.format("%08x", crc.getValue()), file.crc32c);
            assertTrue(file.rocksDbName.matches("[0-9]+[.]sst|(MANIFEST|OPTIONS)-[0-9]+"), file.rocksDbName);
        }
    }

    @Test
    void a_golden_portable_manifest_names_its_streams() throws IOException {
        SnapshotManifest manifest =
                SnapshotManifest.parse(Files.readAllBytes(GOLDEN.resolve("portable/sequence/00000000000000000006")));
        Set<String> objects = manifest.files.stream().map(file -> file.object).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(manifest.files.size(), objects.size());
        assertTrue(objects.stream().allMatch(object -> object.endsWith(".stream")), objects.toString());
        manifest.files.forEach(file -> assertNull(file.rocksDbName));
        assertNull(manifest.current);
    }

    @Test
    void every_other_document_is_told_from_a_manifest() throws IOException {
        byte[] epoch = Files.readAllBytes(GOLDEN.resolve("native/sequence/00000000000000000001"));
        byte[] aVoid = Files.readAllBytes(GOLDEN.resolve("native/sequence/00000000000000000003"));
        assertEquals(SnapshotDocument.Kind.EPOCH, SnapshotDocument.parse(epoch).kind);
        assertEquals(SnapshotDocument.Kind.VOID, SnapshotDocument.parse(aVoid).kind);
        assertThrows(IOException.class, () -> SnapshotManifest.parse(epoch));
        assertThrows(IOException.class, () -> SnapshotManifest.parse(aVoid));
    }

    @Test
    void a_document_is_written_as_the_engine_writes_it() throws IOException {
        byte[] golden = Files.readAllBytes(GOLDEN.resolve("native/sequence/00000000000000000003"));
        String json = new String(golden, StandardCharsets.UTF_8).split("\n", 2)[1];
        assertArrayEquals(golden, SnapshotDocument.encode(SnapshotDocument.Kind.VOID, json));
    }

    @Test
    void no_change_of_a_byte_passes() throws IOException {
        byte[] golden = Files.readAllBytes(GOLDEN.resolve("native/sequence/00000000000000000004"));
        for (int at = 0; at < golden.length; at++) {
            byte[] changed = golden.clone();
            changed[at] ^= 0x10;
            assertThrows(IOException.class, () -> SnapshotManifest.parse(changed), "byte " + at);
            byte[] cut = java.util.Arrays.copyOf(golden, at);
            assertThrows(IOException.class, () -> SnapshotManifest.parse(cut), "first " + at + " bytes");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "[]",
        "{}",
        "{\"number\":1,\"grace\":2}",
        "{\"number\":1,\"families\":[]}",
        "{\"number\":-1,\"grace\":2,\"families\":[]}",
        "{\"number\":1,\"grace\":2,\"families\":[{\"files\":[{}]}]}",
        "{\"number\":1,\"grace\":2,\"families\":[{\"files\":[{\"object\":\"../x\",\"size\":1,\"crc32c\":\"00000000\"}]}]}",
        "{\"number\":1,\"grace\":2,\"families\":[{\"files\":[{\"object\":\"a/b\",\"size\":1,\"crc32c\":\"00000000\"}]}]}",
        "{\"number\":1,\"grace\":2,\"families\":[{\"files\":[{\"object\":\"..\",\"size\":1,\"crc32c\":\"00000000\"}]}]}",
        "{\"number\":1,\"grace\":2,\"families\":[{\"files\":[{\"object\":\"a\",\"size\":1,\"crc32c\":\"0000000G\"}]}]}",
        "{\"number\":1,\"grace\":2,\"families\":[]}x"
    })
    void a_manifest_with_wrong_members_is_refused(String json) {
        assertThrows(IOException.class, () -> SnapshotManifest.parse(document("manifest", json)));
    }

    @Test
    void members_that_are_not_known_are_passed_over() throws IOException {
        SnapshotManifest manifest = SnapshotManifest.parse(document(
                "manifest",
                "{\"x\":[{}],\"number\":1,\"grace\":2,\"families\":[{\"name\":\"files\",\"files\":[{\"y\":{\"object\":\"no\"},"
                        + "\"object\":\"a.rows\",\"size\":1,\"crc32c\":\"0000000f\"}]}],\"rocksdb\":{\"current\":\"c\",\"files\":[]}}"));
        assertEquals(1, manifest.files.size());
        assertEquals("a.rows", manifest.files.get(0).object);
        assertEquals("c", manifest.current);
    }

    @Test
    void another_version_is_named() {
        byte[] next = new String(document("manifest", "{}"), StandardCharsets.UTF_8).replace("manifest 1", "manifest 2")
                .getBytes(StandardCharsets.UTF_8);
        IOException thrown = assertThrows(IOException.class, () -> SnapshotDocument.parse(next));
        assertTrue(thrown.getMessage().contains("version 2"), thrown.getMessage());
    }
}
