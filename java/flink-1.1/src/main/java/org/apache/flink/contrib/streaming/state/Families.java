package org.apache.flink.contrib.streaming.state;

import dev.gabion.Backend;
import dev.gabion.ColumnFamily;
import dev.gabion.Options;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** The states in one open database, by their names. The task's thread only, but for {@link #core} and {@link #close}. */
final class Families {
    private final Backend core;
    /** Asked for once: a barrier has no time for paths. */
    private final Path directory;
    private final Options options;
    private final ClassLoader userClasses;
    private final Map<String, StateFamily> byName = new LinkedHashMap<>();
    private int freshDirectories;
    private volatile boolean closed;

    /**
     * Reads the records of the families that are there.
     *
     * @param options settings of each new family
     * @throws IOException if one has no readable record
     */
    Families(Backend core, Options options, ClassLoader userClasses) throws IOException {
        this.core = core;
        this.directory = core.directory();
        this.options = options;
        this.userClasses = userClasses;
        for (ColumnFamily rows : core.columnFamilies()) {
            add(rows, record(rows));
        }
    }

    Backend core() {
        return core;
    }

    /** Names a directory that is not there yet, inside the database's. */
    Path freshDirectory(String beginning) {
        return directory.resolve(beginning + "-" + freshDirectories++);
    }

    ClassLoader userClassLoader() {
        return userClasses;
    }

    boolean isClosed() {
        return closed;
    }

    boolean isEmpty() {
        return byName.isEmpty();
    }

    Collection<StateFamily> all() {
        return byName.values();
    }

    /** Null if there is none of that name. */
    StateFamily get(String name) {
        return byName.get(name);
    }

    /** Makes the family of a state that is not there yet. */
    StateFamily create(StateRecord record) {
        // States are read and written by key alone; snapshots sort what is in memory on their own threads.
        Options own = new Options().set("memtable", "hash-link-list").setAll(options.asMap());
        if (record.kind() == StateKind.LIST) {
            own.set("merge", "string-append").set("merge.delimiter", String.valueOf(ListElements.DELIMITER));
        }
        return add(core.createColumnFamily(record.name().bytes(), record.toBytes(), own), record);
    }

    /**
     * Compares the key serializer of each state with the operator's.
     *
     * @throws RuntimeException if one differs, or can't be read
     */
    void checkKeys(TypeSerializer<?> present) {
        for (StateFamily family : all()) {
            StoredSerializer stored = family.record().key();
            boolean same;
            try {
                same = stored.matches(present, userClasses);
            } catch (IOException e) {
                same = false;
            }
            if (!same) {
                throw new RuntimeException(
                        "Trying to access state using wrong StateDescriptor: the keys of the state '" + family.record().name()
                                + "' were written by the serializer " + stored.describe(userClasses) + "; the operator's is "
                                + present + " (" + present.getClass().getName() + "). Give the stream the same key type as before, or"
                                + " start without the old state");
            }
        }
    }

    /** Takes over those states of {@code earlier} that the program has asked for: the same objects, with the rows from here. */
    void takeOver(Families earlier) {
        for (StateFamily family : earlier.all()) {
            if (family.descriptor() != null) {
                StateFamily here = byName.get(family.record().name().text());
                family.continueWith(here == null ? create(family.record()) : here);
                byName.put(family.record().name().text(), family);
            }
        }
    }

    /** Closes the database with everything in it. Any thread. */
    void close() {
        closed = true;
        core.close();
    }

    private StateFamily add(ColumnFamily rows, StateRecord record) {
        StateFamily family = new StateFamily(this, rows, record);
        byName.put(record.name().text(), family);
        return family;
    }

    private static StateRecord record(ColumnFamily rows) throws IOException {
        StateName name = StateName.of(rows.name());
        StateRecord record;
        try {
            record = StateRecord.parse(rows.descriptor());
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException("the state '" + name + "' can't be restored: " + e.getMessage(), e);
        }
        if (!record.name().text().equals(name.text())) {
            throw new IOException("the family '" + name + "' has the record of the state '" + record.name() + "'");
        }
        return record;
    }
}
