package org.apache.flink.contrib.streaming.state;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/** A document of a snapshot directory (docs/snapshot-format.md, section 2) in plain Java: a header line, then JSON. */
final class SnapshotDocument {
    /** What a document is. */
    enum Kind {
        EPOCH,
        MANIFEST,
        VOID,
        INTENT,
        TOMBSTONE;

        final String text = name().toLowerCase(java.util.Locale.ROOT);
    }

    /** The largest document, header included. */
    static final int MAX_BYTES = 256 << 20;

    private static final int MAX_HEADER = 64;
    private static final Pattern HEADER =
            Pattern.compile("gabion-([a-z]+) (0|[1-9][0-9]{0,9}) (0|[1-9][0-9]{0,9}) ([0-9a-f]{8})");

    final Kind kind;
    private final byte[] bytes;
    private final int body;

    private SnapshotDocument(Kind kind, byte[] bytes, int body) {
        this.kind = kind;
        this.bytes = bytes;
        this.body = body;
    }

    /**
     * Checks the header line, the length and the checksum.
     *
     * @param bytes the whole document; kept
     * @throws IOException what is wrong with it
     */
    static SnapshotDocument parse(byte[] bytes) throws IOException {
        int end = 0;
        while (end < bytes.length && end < MAX_HEADER && bytes[end] != '\n') {
            end++;
        }
        String line = new String(bytes, 0, end, StandardCharsets.ISO_8859_1);
        Matcher header = HEADER.matcher(line);
        if (end == bytes.length || end == MAX_HEADER || !header.matches()) {
            throw new IOException("the header line of a Gabion document is missing or malformed");
        }
        if (!header.group(2).equals("1")) {
            throw new IOException("the document has format version " + header.group(2)
                    + ", and this build reads version 1 only; use a newer Gabion");
        }
        int body = end + 1;
        int length = bytes.length - body;
        if (Long.parseLong(header.group(3)) != length) {
            throw new IOException("the document's body has " + length + " bytes instead of " + header.group(3));
        }
        if (!checksum(bytes, body).equals(header.group(4))) {
            throw new IOException("the document's body has checksum " + checksum(bytes, body) + " instead of "
                    + header.group(4));
        }
        for (Kind kind : Kind.values()) {
            if (kind.text.equals(header.group(1))) {
                return new SnapshotDocument(kind, bytes, body);
            }
        }
        throw new IOException("no document is of kind " + header.group(1));
    }

    /** Says whether the bytes begin as a manifest does, however damaged the rest is. */
    static boolean isManifest(byte[] bytes) {
        byte[] prefix = "gabion-manifest ".getBytes(StandardCharsets.US_ASCII);
        return bytes.length >= prefix.length && Arrays.equals(prefix, Arrays.copyOf(bytes, prefix.length));
    }

    /**
     * Writes a document.
     *
     * @param kind what it is
     * @param json its body
     * @return the whole document
     */
    static byte[] encode(Kind kind, String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        String header = "gabion-" + kind.text + " 1 " + body.length + " " + checksum(body, 0) + "\n";
        byte[] bytes = Arrays.copyOf(header.getBytes(StandardCharsets.US_ASCII), header.length() + body.length);
        System.arraycopy(body, 0, bytes, header.length(), body.length);
        return bytes;
    }

    /** Begins to read the body. */
    JsonReader body() {
        return new JsonReader(bytes, body);
    }

    private static String checksum(byte[] bytes, int from) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, bytes.length - from);
        return String.format("%08x", crc.getValue());
    }
}
