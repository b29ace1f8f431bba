package org.apache.flink.contrib.streaming.state;

import dev.gabion.ColumnFamily;
import java.io.IOException;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.Handles;

/**
 * One state of an operator: its rows and its record. It stays the same object when a restore exchanges the rows, so that state
 * objects which a program holds go on working. The task's thread only.
 */
final class StateFamily {
    private final ColumnFamilyHandle handle = Handles.handle(this);
    private Families owner;
    private StateRecord record;
    private ColumnFamily rows;
    /** The program's descriptor and namespace serializer, once it has asked for the state. */
    private StateDescriptor<?, ?> descriptor;
    private TypeSerializer<?> namespaceSerializer;

    StateFamily(Families owner, ColumnFamily rows, StateRecord record) {
        this.owner = owner;
        this.rows = rows;
        this.record = record;
    }

    static StateFamily of(ColumnFamilyHandle handle) {
        return Handles.family(handle, StateFamily.class);
    }

    /** The family in the form in which subclasses of the backend see it. */
    ColumnFamilyHandle handle() {
        return handle;
    }

    StateRecord record() {
        return record;
    }

    /** The program's descriptor, or null if it has not asked for this state yet. */
    StateDescriptor<?, ?> descriptor() {
        return descriptor;
    }

    /** @throws IllegalStateException if the backend was disposed */
    ColumnFamily rows() {
        if (owner.isClosed()) {
            throw new IllegalStateException(
                    "the state '" + record.name() + "' is of a backend that was disposed; ask the backend for it again after"
                            + " initializeForJob");
        }
        return rows;
    }

    /** Goes on with the rows and the record of {@code restored}, which must be of the same state. */
    void continueWith(StateFamily restored) {
        StateDescriptor<?, ?> asked = descriptor;
        TypeSerializer<?> askedNamespace = namespaceSerializer;
        StoredSerializer key = record.key();
        owner = restored.owner;
        record = restored.record;
        rows = restored.rows;
        descriptor = null;
        namespaceSerializer = null;
        if (asked != null) {
            accept(asked, key);
        }
        if (askedNamespace != null) {
            accept(askedNamespace);
        }
    }

    /**
     * Compares the descriptor with the record, and keeps the newer form of its serializer.
     *
     * @throws RuntimeException if it is of another kind or has another serializer
     */
    void accept(StateDescriptor<?, ?> asked, StoredSerializer key) {
        if (asked == descriptor) {
            return;
        }
        if (StateKind.of(asked) != record.kind() || !matches(record.value(), live(descriptor), asked.getSerializer())) {
            throw mismatch(asked, "");
        }
        if (descriptor == null) {
            update(record.with(key, record.namespace(), StoredSerializer.of(asked.getSerializer())));
            descriptor = asked;
        }
    }

    /** The same for the serializer of its namespaces; a record without one takes this one. */
    void accept(TypeSerializer<?> asked) {
        if (asked == namespaceSerializer) {
            return;
        }
        if (record.namespace() != null && !matches(record.namespace(), namespaceSerializer, asked)) {
            throw mismatch(descriptor, ", under namespaces of " + StoredSerializer.of(asked).describe(owner.userClassLoader()));
        }
        if (namespaceSerializer == null) {
            update(record.with(record.key(), StoredSerializer.of(asked), record.value()));
            namespaceSerializer = asked;
        }
    }

    /** Compares a later request for the state with the first one. */
    void check(StateDescriptor<?, ?> asked, TypeSerializer<?> askedNamespace) {
        if (asked != descriptor || askedNamespace != namespaceSerializer) {
            accept(asked, record.key());
            accept(askedNamespace);
        }
    }

    private void update(StateRecord newer) {
        rows().setDescriptor(newer.toBytes());
        record = newer;
    }

    private static TypeSerializer<?> live(StateDescriptor<?, ?> descriptor) {
        return descriptor == null ? null : descriptor.getSerializer();
    }

    private boolean matches(StoredSerializer stored, TypeSerializer<?> live, TypeSerializer<?> asked) {
        if (live != null) {
            return live.equals(asked);
        }
        try {
            return stored.matches(asked, owner.userClassLoader());
        } catch (IOException e) {
            return false; // the message will say that it can't be read
        }
    }

    private RuntimeException mismatch(StateDescriptor<?, ?> asked, String namespace) {
        return new RuntimeException(
                "Trying to access state using wrong StateDescriptor: there is " + record.describe(owner.userClassLoader())
                        + "; asked for is " + asked + namespace + ". Use an equal descriptor and namespace, or another name");
    }
}
