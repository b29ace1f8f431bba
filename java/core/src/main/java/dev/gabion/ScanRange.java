package dev.gabion;

import java.util.Arrays;
import java.util.Objects;

/** The keys of a scan, in unsigned byte order, and its direction. Immutable. */
public final class ScanRange {
    private static final ScanRange ALL = new ScanRange(null, null, false);

    final byte[] from;
    final byte[] to;
    final boolean backward;

    private ScanRange(byte[] from, byte[] to, boolean backward) {
        this.from = from;
        this.to = to;
        this.backward = backward;
    }

    /**
     * Every key, smallest first.
     *
     * @return the range without bounds
     */
    public static ScanRange all() {
        return ALL;
    }

    /**
     * The keys in {@code from <= key < to}, smallest first.
     *
     * @param from the smallest key in the range; null: no lower bound
     * @param to the smallest key after the range; null: no upper bound
     * @return the range
     */
    public static ScanRange of(byte[] from, byte[] to) {
        return new ScanRange(from == null ? null : from.clone(), to == null ? null : to.clone(), false);
    }

    /**
     * The keys that begin with {@code prefix}, smallest first.
     *
     * @param prefix the first bytes of the keys
     * @return the range
     */
    public static ScanRange prefix(byte[] prefix) {
        Objects.requireNonNull(prefix, "prefix");
        int length = prefix.length;
        while (length > 0 && prefix[length - 1] == (byte) 0xff) {
            length--;
        }
        if (length == 0) {
            return of(prefix, null);
        }
        byte[] to = Arrays.copyOf(prefix, length);
        to[length - 1]++;
        return new ScanRange(prefix.clone(), to, false);
    }

    /**
     * The same keys, largest first.
     *
     * @return the range in the other direction
     */
    public ScanRange backward() {
        return new ScanRange(from, to, true);
    }
}
