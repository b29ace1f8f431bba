package dev.gabion;

/** A key and its value, as a scan found them. The arrays are the caller's own. */
public final class Row {
    private final byte[] key;
    private final byte[] value;

    Row(byte[] key, byte[] value) {
        this.key = key;
        this.value = value;
    }

    /**
     * Returns the key.
     *
     * @return the key, the same array each time
     */
    public byte[] key() {
        return key;
    }

    /**
     * Returns the value.
     *
     * @return the value, the same array each time
     */
    public byte[] value() {
        return value;
    }
}
