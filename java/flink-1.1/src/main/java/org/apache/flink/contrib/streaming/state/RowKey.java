package org.apache.flink.contrib.streaming.state;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/**
 * The layout of row keys: {@code key ++ 0x2A ++ namespace}, and behind it, where keys are not all of one length, the number
 * of the key's bytes as a big-endian int32. So no two pairs of key and namespace have the same bytes.
 *
 * <p>Whether there is that suffix is a property of the family, kept in its {@link StateRecord}: never of the present
 * serializer, whose answer to {@code getLength()} may change.
 */
final class RowKey {
    /** What stands between key and namespace, as in Flink 1.1. */
    static final int SEPARATOR = 0x2A;
    /** The length of keys that are not all of one length. */
    static final int VARIABLE = -1;

    private final int fixedKeyLength;

    /** {@code fixedKeyLength} is the number of bytes of every key, or {@link #VARIABLE}. */
    RowKey(int fixedKeyLength) {
        this.fixedKeyLength = fixedKeyLength;
    }

    /** What a new family uses. Some serializers answer 0 though they write bytes, so that only a positive length is believed. */
    static int fixedLengthOf(TypeSerializer<?> keySerializer) {
        return keySerializer.getLength() > 0 ? keySerializer.getLength() : VARIABLE;
    }

    /** Appends the row key of {@code key} and {@code namespace}. */
    <K, N> void write(
            TypeSerializer<K> keySerializer, K key, TypeSerializer<N> namespaceSerializer, N namespace, ByteOutput out)
            throws IOException {
        int start = out.length();
        keySerializer.serialize(key, out);
        int keyLength = out.length() - start;
        out.write(SEPARATOR);
        namespaceSerializer.serialize(namespace, out);
        if (fixedKeyLength != keyLength) {
            writeSuffix(keySerializer, keyLength, out);
        }
    }

    /** Appends what stands behind the namespace for a key of {@code keyLength} bytes: nothing where all have one length. */
    void writeSuffix(TypeSerializer<?> keySerializer, int keyLength, ByteOutput out) throws IOException {
        if (fixedKeyLength == VARIABLE) {
            out.writeInt(keyLength);
        } else if (keyLength != fixedKeyLength) {
            throw new IllegalStateException(
                    "the key serializer " + keySerializer + " wrote a key of " + keyLength + " bytes, but has said that all keys"
                            + " have " + fixedKeyLength + " (getLength()); rows of different keys could be mixed up. Let"
                            + " getLength() answer -1, and start without the old state");
        }
    }

    /** The length of {@code key ++ 0x2A ++ namespace} in a row key. */
    int lengthWithoutSuffix(byte[] rowKey) {
        return fixedKeyLength == VARIABLE ? rowKey.length - Integer.BYTES : rowKey.length;
    }
}
