package org.apache.flink.contrib.streaming.state;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/** A snapshot directory of a file system that, as HDFS does, refuses to rename a file to a name that is taken. */
final class RenamingStoreObjects extends StoreObjects {
    private final FileSystem fileSystem;
    private final Path root;

    RenamingStoreObjects(FileSystem fileSystem, Path root) {
        this.fileSystem = fileSystem;
        this.root = root;
    }

    @Override
    byte[] read(String name) throws IOException {
        Path path = new Path(root, name);
        try {
            FileStatus status = fileSystem.getFileStatus(path);
            if (status.getLen() > SnapshotDocument.MAX_BYTES) {
                throw tooLarge(path.toString(), status.getLen());
            }
            try (FSDataInputStream in = fileSystem.open(path)) {
                return in.readAllBytes();
            }
        } catch (FileNotFoundException e) {
            return null;
        }
    }

    @Override
    List<String> list(String folder) throws IOException {
        FileStatus[] entries;
        try {
            entries = fileSystem.listStatus(new Path(root, folder));
        } catch (FileNotFoundException e) {
            return Collections.emptyList();
        }
        List<String> names = new ArrayList<>();
        if (entries != null) { // which some of Flink's classes answer for a folder that is not there
            for (FileStatus entry : entries) {
                names.add(entry.getPath().getName());
            }
        }
        return names;
    }

    @Override
    boolean create(String name, byte[] bytes) throws IOException {
        Path path = new Path(root, name);
        Path staging = new Path(root, staging(name));
        fileSystem.mkdirs(path.getParent());
        boolean renamed = false;
        try {
            try (FSDataOutputStream out = fileSystem.create(staging, false)) {
                out.write(bytes);
                out.sync();
            }
            renamed = fileSystem.rename(staging, path);
            if (!renamed && !fileSystem.exists(path)) {
                throw new IOException("cannot rename " + staging + " to " + path);
            }
            return renamed;
        } finally {
            if (!renamed) {
                fileSystem.delete(staging, false);
            }
        }
    }

    @Override
    void delete(String name) throws IOException {
        Path path = new Path(root, name);
        if (!fileSystem.delete(path, false) && fileSystem.exists(path)) {
            throw new IOException("cannot remove " + path);
        }
    }

    @Override
    public String toString() {
        return root.toString();
    }
}
