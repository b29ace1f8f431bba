package dev.gabion;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What a sweep removed, or would remove. Immutable. */
public final class Swept {
    private final long objects;
    private final long bytes;
    private final List<String> names;

    private Swept(Unpacker packed) {
        objects = packed.getLong();
        bytes = packed.getLong();
        int count = packed.getInt();
        List<String> all = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            all.add(packed.getText());
        }
        names = Collections.unmodifiableList(all);
    }

    static Swept unpack(byte[] packed) {
        return new Swept(new Unpacker(packed));
    }

    /**
     * Returns how many objects.
     *
     * @return a count
     */
    public long objects() {
        return objects;
    }

    /**
     * Returns their size.
     *
     * @return bytes
     */
    public long bytes() {
        return bytes;
    }

    /**
     * Returns their names, relative to the snapshot directory.
     *
     * @return an unmodifiable list
     */
    public List<String> names() {
        return names;
    }

    @Override
    public String toString() {
        return "Swept[objects=" + objects + ", bytes=" + bytes + ", names=" + names + "]";
    }
}
