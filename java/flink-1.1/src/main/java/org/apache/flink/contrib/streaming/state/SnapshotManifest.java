package org.apache.flink.contrib.streaming.state;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What plain Java needs to know of a manifest (docs/snapshot-format.md, section 5): its number and its files. Immutable. */
final class SnapshotManifest {
    /** No manifest names more files, as the format says. */
    private static final int MAX_FILES = 1_000_000;

    /** A data file that the manifest names. Immutable. */
    static final class DataFile {
        /** RocksDB's name for it, which it bears in a captured directory; null for a file of rows. */
        final String rocksDbName;
        /** Its name in a snapshot directory, without {@code files/}; a file of rows bears it in a captured directory too. */
        final String object;
        /** Bytes. */
        final long size;
        /** CRC32C of the whole file, 8 lower-case hex digits. */
        final String crc32c;

        private DataFile(String rocksDbName, String object, long size, String crc32c) {
            this.rocksDbName = rocksDbName;
            this.object = object;
            this.size = size;
            this.crc32c = crc32c;
        }
    }

    /** Its place in the sequence; 0 in a captured directory. */
    final long number;
    /** The grace period of its writer. */
    final long graceMillis;
    /** RocksDB's CURRENT, in percent form; null if the snapshot has no RocksDB files. */
    final String current;

    final List<DataFile> files;

    private SnapshotManifest(long number, long graceMillis, String current, List<DataFile> files) {
        this.number = number;
        this.graceMillis = graceMillis;
        this.current = current;
        this.files = Collections.unmodifiableList(files);
    }

    /**
     * Reads a manifest.
     *
     * @param bytes the document
     * @throws IOException what is wrong with it
     */
    static SnapshotManifest parse(byte[] bytes) throws IOException {
        SnapshotDocument document = SnapshotDocument.parse(bytes);
        if (document.kind != SnapshotDocument.Kind.MANIFEST) {
            throw new IOException("the document is of kind " + document.kind.text + " instead of manifest");
        }
        return new Parser(document.body()).parse();
    }

    private static final class Parser {
        private final JsonReader json;
        private final List<DataFile> files = new ArrayList<>();
        private Long number;
        private Long grace;
        private String current;

        Parser(JsonReader json) {
            this.json = json;
        }

        SnapshotManifest parse() throws IOException {
            boolean families = false;
            json.beginObject();
            for (String member = json.nextMember(); member != null; member = json.nextMember()) {
                switch (member) {
                    case "number":
                        number = json.readLong();
                        break;
                    case "grace":
                        grace = json.readLong();
                        break;
                    case "families":
                        families = true;
                        readFamilies();
                        break;
                    case "rocksdb":
                        readRocksDb();
                        break;
                    default:
                        json.skip();
                }
            }
            json.end();
            if (number == null || grace == null || !families) {
                throw new IOException("the manifest lacks its number, its grace or its families");
            }
            return new SnapshotManifest(number, grace, current, files);
        }

        private void readFamilies() throws IOException {
            json.beginArray();
            while (json.nextElement()) {
                json.beginObject();
                for (String member = json.nextMember(); member != null; member = json.nextMember()) {
                    if (member.equals("files")) {
                        readFiles();
                    } else {
                        json.skip();
                    }
                }
            }
        }

        private void readRocksDb() throws IOException {
            json.beginObject();
            for (String member = json.nextMember(); member != null; member = json.nextMember()) {
                switch (member) {
                    case "current":
                        current = json.readString();
                        break;
                    case "files":
                        readFiles();
                        break;
                    default:
                        json.skip();
                }
            }
        }

        private void readFiles() throws IOException {
            json.beginArray();
            while (json.nextElement()) {
                if (files.size() == MAX_FILES) {
                    throw new IOException("the manifest names more than " + MAX_FILES + " files");
                }
                files.add(readFile());
            }
        }

        private DataFile readFile() throws IOException {
            String name = null;
            String object = null;
            String crc32c = null;
            long size = -1;
            json.beginObject();
            for (String member = json.nextMember(); member != null; member = json.nextMember()) {
                switch (member) {
                    case "name":
                        name = plain(json.readString());
                        break;
                    case "object":
                        object = plain(json.readString());
                        break;
                    case "size":
                        size = json.readLong();
                        break;
                    case "crc32c":
                        crc32c = json.readString();
                        break;
                    default:
                        json.skip();
                }
            }
            if (object == null || size < 0 || crc32c == null || !crc32c.matches("[0-9a-f]{8}")) {
                throw new IOException("a file of the manifest lacks its object, size or crc32c");
            }
            return new DataFile(name, object, size, crc32c);
        }

        /** A name that leads out of its directory is hostile. */
        private static String plain(String name) throws IOException {
            if (!name.matches("[0-9a-zA-Z_-][0-9a-zA-Z._-]*")) {
                throw new IOException("the manifest names a file " + name + ", and no file of Gabion's is named so");
            }
            return name;
        }
    }
}
