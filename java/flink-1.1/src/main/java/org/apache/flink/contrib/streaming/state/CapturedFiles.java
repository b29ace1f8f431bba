package org.apache.flink.contrib.streaming.state;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * The files of a captured directory (docs/snapshot-format.md, section 10), as its manifest tells them: each is copied against the
 * size and the checksum that were recorded when it was written. Immutable.
 */
final class CapturedFiles {
    /** Written last: a directory without it is no snapshot. */
    static final String MANIFEST = "gabion.manifest";
    private static final String CURRENT = "CURRENT";
    private static final Pattern PERCENT_FORM = Pattern.compile("[!-~&&[^%\"\\\\]]|%[0-9A-F]{2}");

    /** Opens a file of the directory. */
    interface Opener<S> {
        S open(String name) throws IOException;
    }

    private final byte[] document;
    private final SnapshotManifest manifest;

    /**
     * Reads the manifest.
     *
     * @throws IOException if it is damaged
     */
    CapturedFiles(byte[] document) throws IOException {
        this.document = document;
        try {
            this.manifest = SnapshotManifest.parse(document);
        } catch (IOException e) {
            throw new IOException(MANIFEST + " is damaged: " + e.getMessage(), e);
        }
    }

    /** The bytes of all files, the manifest's included. */
    long size() throws IOException {
        long size = document.length + current().length;
        for (SnapshotManifest.DataFile file : manifest.files) {
            size += file.size;
        }
        return size;
    }

    /** What copies all files but the manifest. */
    List<FileCopies.Copy> copies(Opener<InputStream> from, Opener<OutputStream> to) throws IOException {
        List<FileCopies.Copy> copies = new ArrayList<>();
        Set<String> names = new HashSet<>(List.of(MANIFEST, CURRENT));
        for (SnapshotManifest.DataFile file : manifest.files) {
            String name = file.rocksDbName == null ? file.object : file.rocksDbName;
            if (!names.add(name)) {
                throw new IOException(MANIFEST + " names the file " + name + " more than once");
            }
            long crc32c = Long.parseLong(file.crc32c, 16);
            copies.add(new FileCopies.Copy(name, file.size, crc32c, () -> from.open(name), () -> to.open(name)));
        }
        if (manifest.current != null) {
            copies.add(copy(CURRENT, current(), to));
        }
        return copies;
    }

    /** What writes the manifest. */
    FileCopies.Copy manifest(Opener<OutputStream> to) {
        return copy(MANIFEST, document, to);
    }

    private static FileCopies.Copy copy(String name, byte[] bytes, Opener<OutputStream> to) {
        CRC32C crc32c = new CRC32C();
        crc32c.update(bytes);
        return new FileCopies.Copy(
                name, bytes.length, crc32c.getValue(), () -> new ByteArrayInputStream(bytes), () -> to.open(name));
    }

    /** The bytes of RocksDB's CURRENT; none if there is no such file. */
    private byte[] current() throws IOException {
        return manifest.current == null ? new byte[0] : fromPercentForm(manifest.current);
    }

    private static byte[] fromPercentForm(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Matcher next = PERCENT_FORM.matcher(text);
        int at = 0;
        for (; next.lookingAt(); next.region(at, text.length())) {
            String part = next.group();
            bytes.write(part.length() == 1 ? part.charAt(0) : Integer.parseInt(part.substring(1), 16));
            at = next.end();
        }
        if (at < text.length()) {
            throw new IOException(MANIFEST + " has a text that is not in percent form");
        }
        return bytes.toByteArray();
    }
}
