package org.rocksdb;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** How blocks are compressed. Gabion takes all but {@link #ZLIB_COMPRESSION} and {@link #BZLIB2_COMPRESSION}. */
public enum CompressionType {
    /** Not at all. */
    NO_COMPRESSION(null, "kNoCompression"),
    /** Snappy. */
    SNAPPY_COMPRESSION("snappy", "kSnappyCompression"),
    /** zlib; Gabion is built without it. */
    ZLIB_COMPRESSION("z", "kZlibCompression"),
    /** bzip2; Gabion is built without it. */
    BZLIB2_COMPRESSION("bzip2", "kBZip2Compression"),
    /** LZ4. */
    LZ4_COMPRESSION("lz4", "kLZ4Compression"),
    /** LZ4 with its slower and denser compressor. */
    LZ4HC_COMPRESSION("lz4hc", "kLZ4HCCompression");

    private static final List<String> TAKEN = List.of("kNoCompression", "kSnappyCompression", "kLZ4Compression",
            "kLZ4HCCompression", "kDisableCompressionOption");

    private final String libraryName;
    private final String text;

    CompressionType(String libraryName, String text) {
        this.libraryName = libraryName;
        this.text = text;
    }

    /**
     * Returns the type with this library name.
     *
     * @param libraryName such as {@code lz4}
     * @return the type; {@link #NO_COMPRESSION} if there is none of that name
     */
    public static CompressionType getCompressionType(String libraryName) {
        return Arrays.stream(values())
                .filter(type -> libraryName != null && libraryName.equals(type.libraryName))
                .findFirst()
                .orElse(NO_COMPRESSION);
    }

    /**
     * Returns the type with this number.
     *
     * @param byteIdentifier RocksDB's number
     * @return the type; {@link #NO_COMPRESSION} if there is none of that number
     */
    public static CompressionType getCompressionType(byte byteIdentifier) {
        return byteIdentifier >= 0 && byteIdentifier < values().length ? values()[byteIdentifier] : NO_COMPRESSION;
    }

    /**
     * Returns RocksDB's number of this type.
     *
     * @return the number
     */
    public byte getValue() {
        return (byte) ordinal();
    }

    /**
     * Returns the name of the compression library.
     *
     * @return the name; null for no compression
     */
    public String getLibraryName() {
        return libraryName;
    }

    String text() {
        return text;
    }

    String objection() {
        return objectionTo(text);
    }

    static String objectionTo(String text) {
        return TAKEN.contains(text) ? null : "Gabion is built without it; take LZ4_COMPRESSION";
    }

    static String objectionToAny(List<CompressionType> levels) {
        return levels.stream().map(CompressionType::objection).filter(Objects::nonNull).findFirst().orElse(null);
    }
}
