package org.apache.flink.contrib.streaming.state;

import java.io.IOException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * The objects of one snapshot directory, as plain Java reaches them: a JobManager that discards a snapshot has neither
 * Gabion's library nor a database. What is created is complete and durable before its name appears. Any number of threads.
 */
abstract class StoreObjects {
    /** How often a name is tried that is there for a writer and gone for a reader. */
    private static final int TRIES = 5;

    /**
     * Opens a snapshot directory; touches nothing.
     *
     * @param directory an absolute URI of scheme {@code file} or {@code hdfs}
     * @throws IOException if Flink has no file system for it
     */
    static StoreObjects open(URI directory) throws IOException {
        if (StoreUrl.LOCAL.equals(directory.getScheme())) {
            return new LocalStoreObjects(directory);
        }
        return new RenamingStoreObjects(FileSystem.get(directory), new Path(directory));
    }

    /**
     * Reads an object.
     *
     * @param name as {@code sequence/00000000000000000007}
     * @return its bytes, or null if there is none
     */
    abstract byte[] read(String name) throws IOException;

    /**
     * Lists the names of the files in a folder.
     *
     * @return names without the folder, in no order; empty if there is no such folder
     */
    abstract List<String> list(String folder) throws IOException;

    /**
     * Makes an object unless one of that name is there.
     *
     * @return false if there is one
     */
    abstract boolean create(String name, byte[] bytes) throws IOException;

    /** Removes an object, durably; one that is not there is no error. */
    abstract void delete(String name) throws IOException;

    /**
     * Makes an object unless another one of that name is there, and reads back what is there: the store's answer alone
     * proves nothing.
     *
     * @return whether the object bears these bytes
     */
    final boolean claim(String name, byte[] bytes) throws IOException {
        for (int tries = 0; tries < TRIES; tries++) {
            create(name, bytes);
            byte[] found = read(name);
            if (found != null) {
                return Arrays.equals(found, bytes);
            }
        }
        throw new IOException(name + " in " + this + " is there for a writer and gone for a reader");
    }

    /** A fresh name beside {@code name} for what is not yet complete; sweeps take it for what it is. */
    static String staging(String name) {
        return name.substring(0, name.lastIndexOf('/') + 1) + "staging-" + freshId();
    }

    /** 32 hex digits that nobody else draws. */
    static String freshId() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    static IOException tooLarge(String name, long size) {
        return new IOException(name + " has " + size + " bytes, and a document has at most " + SnapshotDocument.MAX_BYTES);
    }
}
