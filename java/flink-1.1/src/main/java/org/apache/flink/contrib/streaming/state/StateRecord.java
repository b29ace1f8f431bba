package org.apache.flink.contrib.streaming.state;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/**
 * What is known of a state besides its rows, and stored as the descriptor of its column family: no functions and no default
 * value, which are the program's. Immutable.
 *
 * <p>Layout: version (byte, 1), kind (byte), fixed key length (int32, -1 for none), name, key serializer, namespace serializer,
 * value serializer; each of the four an int32 length and bytes, -1 for a namespace serializer that is not known yet. Numbers are
 * big-endian; the name is UTF-8.
 */
final class StateRecord {
    private static final int VERSION = 1;

    private final StateKind kind;
    private final StateName name;
    private final int fixedKeyLength;
    private final StoredSerializer key;
    private final StoredSerializer namespace;
    private final StoredSerializer value;
    private final RowKey rowKey;

    /** {@code namespace} is null if it is not known yet. */
    StateRecord(
            StateKind kind,
            StateName name,
            int fixedKeyLength,
            StoredSerializer key,
            StoredSerializer namespace,
            StoredSerializer value) {
        this.kind = kind;
        this.name = name;
        this.fixedKeyLength = fixedKeyLength;
        this.key = key;
        this.namespace = namespace;
        this.value = value;
        this.rowKey = new RowKey(fixedKeyLength);
    }

    /** The record of a new state; its namespace serializer comes later. */
    static StateRecord of(
            StateKind kind, String name, TypeSerializer<?> keySerializer, TypeSerializer<?> valueSerializer) {
        return new StateRecord(
                kind,
                StateName.of(name),
                RowKey.fixedLengthOf(keySerializer),
                StoredSerializer.of(keySerializer),
                null,
                StoredSerializer.of(valueSerializer));
    }

    /** @throws IOException if the bytes are no record, or one of a later version */
    static StateRecord parse(byte[] bytes) throws IOException {
        ByteInput in = new ByteInput(0);
        in.reset(bytes, 0, bytes.length);
        int version = in.readUnsignedByte();
        if (version != VERSION) {
            throw new IOException("a state record of version " + version + "; this release reads version " + VERSION
                    + ": was the state written by a later release, or by another program?");
        }
        int kind = in.readUnsignedByte();
        if (kind >= StateKind.values().length) {
            throw new IOException("a state of the unknown kind " + kind);
        }
        int fixedKeyLength = in.readInt();
        StateName name = StateName.of(readBytes(in));
        byte[] key = readBytes(in);
        byte[] namespace = readBytes(in);
        byte[] value = readBytes(in);
        if (key == null || value == null || in.remaining() > 0) {
            throw new IOException("a state record that is not whole, of the state '" + name + "'");
        }
        return new StateRecord(
                StateKind.values()[kind],
                name,
                fixedKeyLength,
                new StoredSerializer(key),
                namespace == null ? null : new StoredSerializer(namespace),
                new StoredSerializer(value));
    }

    byte[] toBytes() {
        ByteOutput out = new ByteOutput(512);
        try {
            out.write(VERSION);
            out.write(kind.ordinal());
            out.writeInt(fixedKeyLength);
            writeBytes(name.bytes(), out);
            writeBytes(key.bytes(), out);
            writeBytes(namespace == null ? null : namespace.bytes(), out);
            writeBytes(value.bytes(), out);
        } catch (IOException e) {
            throw new IllegalStateException("the serializers of the state '" + name + "' are too large: " + e.getMessage(), e);
        }
        return out.toBytes();
    }

    StateKind kind() {
        return kind;
    }

    StateName name() {
        return name;
    }

    RowKey rowKey() {
        return rowKey;
    }

    StoredSerializer key() {
        return key;
    }

    /** Null if it is not known yet: the state was imported, or only its family was asked for. */
    StoredSerializer namespace() {
        return namespace;
    }

    StoredSerializer value() {
        return value;
    }

    /** The same state with newer forms of its serializers; {@code newNamespace} may be null. */
    StateRecord with(StoredSerializer newKey, StoredSerializer newNamespace, StoredSerializer newValue) {
        return new StateRecord(kind, name, fixedKeyLength, newKey, newNamespace, newValue);
    }

    String describe(ClassLoader userClasses) {
        return "a " + kind + " named '" + name + "' of " + value.describe(userClasses) + ", under namespaces of "
                + (namespace == null ? "any serializer" : namespace.describe(userClasses));
    }

    private static byte[] readBytes(ByteInput in) throws IOException {
        int length = in.readInt();
        if (length == -1) {
            return null;
        }
        if (length < 0 || length > in.remaining()) {
            throw new IOException("a state record with a part of " + length + " bytes where " + in.remaining() + " are left");
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    private static void writeBytes(byte[] bytes, ByteOutput out) throws IOException {
        out.writeInt(bytes == null ? -1 : bytes.length);
        if (bytes != null) {
            out.write(bytes);
        }
    }
}
