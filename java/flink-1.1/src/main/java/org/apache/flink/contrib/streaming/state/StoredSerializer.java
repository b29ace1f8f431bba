package org.apache.flink.contrib.streaming.state;

import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.util.InstantiationUtil;

/** A serializer as it is kept with the state it wrote: its Java serialization. Immutable. */
final class StoredSerializer {
    private final byte[] bytes;

    /** The array is not copied. */
    StoredSerializer(byte[] bytes) {
        this.bytes = bytes;
    }

    static StoredSerializer of(TypeSerializer<?> serializer) {
        try {
            return new StoredSerializer(InstantiationUtil.serializeObject(serializer));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "cannot keep the serializer " + serializer + " (" + serializer.getClass().getName()
                            + ") with its state, since it is not serializable by Java: " + e,
                    e);
        }
    }

    /** The Java serialization; not a copy. */
    byte[] bytes() {
        return bytes;
    }

    /**
     * Whether {@code present} reads what this one wrote. Equal bytes say so without a look at the class.
     *
     * @throws IOException if the bytes differ and this one can't be read
     */
    boolean matches(TypeSerializer<?> present, ClassLoader userClasses) throws IOException {
        return Arrays.equals(bytes, of(present).bytes) || read(userClasses).equals(present);
    }

    /** Makes the serializer again. */
    TypeSerializer<?> read(ClassLoader userClasses) throws IOException {
        ClassLoader loader = userClasses == null ? StoredSerializer.class.getClassLoader() : userClasses;
        try {
            return (TypeSerializer<?>) InstantiationUtil.<Object>deserializeObject(bytes, loader);
        } catch (ClassNotFoundException | IOException | ClassCastException | LinkageError e) {
            throw new IOException(
                    "cannot read a stored serializer again: " + e + "; is its class missing from the job, or changed?", e);
        }
    }

    /** For messages only: the serializer's own words, or why it can't be read. */
    String describe(ClassLoader userClasses) {
        try {
            TypeSerializer<?> serializer = read(userClasses);
            return serializer + " (" + serializer.getClass().getName() + ")";
        } catch (IOException e) {
            return "unreadable (" + e.getMessage() + ")";
        }
    }
}
