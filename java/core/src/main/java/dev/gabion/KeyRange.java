package dev.gabion;

import java.util.Objects;

/** The keys {@code from <= key < to}, in unsigned byte order. Immutable. */
public final class KeyRange {
    private static final KeyRange ALL = new KeyRange(new byte[0], null);

    private final byte[] from;
    private final byte[] to;

    private KeyRange(byte[] from, byte[] to) {
        this.from = from;
        this.to = to;
    }

    /**
     * Every key.
     *
     * @return the range without bounds
     */
    public static KeyRange all() {
        return ALL;
    }

    /**
     * The keys from {@code from} on.
     *
     * @param from the smallest key in the range
     * @return a range without end
     */
    public static KeyRange from(byte[] from) {
        return new KeyRange(from.clone(), null);
    }

    /**
     * The keys in {@code from <= key < to}.
     *
     * @param from the smallest key in the range
     * @param to the smallest key after the range
     * @return the range
     */
    public static KeyRange of(byte[] from, byte[] to) {
        return new KeyRange(from.clone(), Objects.requireNonNull(to, "to").clone());
    }

    Packer pack(Packer packer) {
        return packer.putBytes(from).putOptional(to);
    }
}
