package org.apache.flink.contrib.streaming.state;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.JobID;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * The directory of one native snapshot in a file system of Flink's:
 * {@code <checkpoints>/<job>/<operator>/dummy_state/chk-<id>/<uuid>}. Its last part is fresh, so that no two attempts share it.
 *
 * <p>Plain Java: it works where no native library is.
 */
final class CheckpointDirectory {
    /** How many directories above it are made for the snapshot, and go when they are empty. */
    private static final int PARENTS = 4;
    private static final int TRIES = 5;
    /** After the first try to remove a directory; each pause is twice the one before. */
    private static final long PAUSE_NANOS = 10_000_000;
    /** What file systems commonly allow. */
    private static final int LONGEST_NAME = 255;

    private final Path path;
    private final FileSystem fileSystem;

    CheckpointDirectory(URI uri) throws IOException {
        this.path = new Path(uri);
        this.fileSystem = path.getFileSystem();
    }

    /** A directory that is not there yet. */
    static CheckpointDirectory fresh(Path checkpoints, JobID job, String operator, long checkpointId) throws IOException {
        Path directory = checkpoints;
        String[] names = {job.toString(), nameOf(operator), "dummy_state", "chk-" + checkpointId, UUID.randomUUID().toString()};
        for (String name : names) {
            directory = new Path(directory, name);
        }
        return new CheckpointDirectory(directory.toUri());
    }

    /** The operator's name, with what paths don't take as {@code _} and two hex digits for each byte. */
    static String nameOf(String operator) {
        StringBuilder name = new StringBuilder();
        for (byte each : operator.getBytes(StandardCharsets.UTF_8)) {
            char next = (char) each;
            boolean plain = next >= 'a' && next <= 'z' || next >= 'A' && next <= 'Z' || next >= '0' && next <= '9';
            if (plain || next == '_' || next == '-' || next == '.' && name.length() > 0) {
                name.append(next);
            } else {
                name.append(String.format("_%02x", each));
            }
        }
        if (name.length() > LONGEST_NAME) { // the end tells operators apart: vertex and subtask
            name.delete(0, name.length() - LONGEST_NAME);
        }
        return name.length() == 0 ? "_" : name.toString();
    }

    URI uri() {
        return path.toUri();
    }

    /** The directory as one of this machine's file system, or null if it is in another one. */
    File local() {
        return "file".equals(fileSystem.getUri().getScheme()) ? new File(path.toUri().getPath()) : null;
    }

    /** Begins a file. Directories above may be removed as empty at any time, by who discards another snapshot. */
    FSDataOutputStream create(String name) throws IOException {
        IOException failure = null;
        for (int i = 0; i < TRIES; i++) {
            try {
                fileSystem.mkdirs(path);
                return fileSystem.create(new Path(path, name), false);
            } catch (IOException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        throw new IOException("cannot write " + name + " into " + path + ": " + failure.getMessage(), failure);
    }

    FSDataInputStream open(String name) throws IOException {
        return fileSystem.open(new Path(path, name));
    }

    /** What it consists of. */
    CapturedFiles captured(FileCopies copies) throws IOException, InterruptedException {
        for (FileStatus file : files()) {
            if (file.getPath().getName().equals(CapturedFiles.MANIFEST)) {
                return new CapturedFiles(
                        copies.read(CapturedFiles.MANIFEST, SnapshotDocument.MAX_BYTES, () -> open(CapturedFiles.MANIFEST)));
            }
        }
        throw new IOException("the snapshot " + path + " has no " + CapturedFiles.MANIFEST + "; a part of it was removed");
    }

    /** @throws IOException if the directory is not there */
    FileStatus[] files() throws IOException {
        FileStatus[] files = fileSystem.exists(path) ? fileSystem.listStatus(path) : null;
        if (files == null) {
            throw new IOException("the snapshot " + path + " is not there; was it discarded or removed?");
        }
        return files;
    }

    /** Makes the files last where that is for us to do: on a local disk. */
    void sync() throws IOException {
        File directory = local();
        if (directory == null) {
            return;
        }
        for (String name : directory.list()) {
            sync(new File(directory, name), StandardOpenOption.WRITE);
        }
        File parent = directory;
        for (int i = 0; i <= PARENTS + 1 && parent != null; i++, parent = parent.getParentFile()) {
            sync(parent, StandardOpenOption.READ);
        }
    }

    private static void sync(File file, StandardOpenOption mode) throws IOException {
        try (FileChannel channel = FileChannel.open(file.toPath(), mode)) {
            channel.force(true);
        }
    }

    /** The size of all files in the directory and below it. */
    long size() throws IOException {
        return size(files());
    }

    private long size(FileStatus[] files) throws IOException {
        long size = 0;
        for (FileStatus file : files) {
            size += file.isDir() ? size(fileSystem.listStatus(file.getPath())) : file.getLen();
        }
        return size;
    }

    /** Removes the directory with all that is in it, if it is there, and the empty ones above it. */
    void remove() throws IOException {
        removeAlone();
        removeEmptyParents();
    }

    /** Removes the directory with all that is in it, if it is there. */
    void removeAlone() throws IOException {
        Exception failure = null;
        for (int i = 0; i < TRIES; i++) {
            try {
                fileSystem.delete(path, true);
            } catch (IOException | RuntimeException e) { // Flink's local file system fails so when another removes the same
                failure = e;
            }
            if (!fileSystem.exists(path)) {
                return;
            }
            LockSupport.parkNanos(PAUSE_NANOS << i);
        }
        String reason = failure == null ? "" : " (" + failure + ")";
        throw new IOException("cannot remove the snapshot " + path + reason + "; remove it by hand", failure);
    }

    /**
     * Only where a directory that is not empty is refused in one step. (Flink's local file system looks whether a directory is
     * empty and then removes it with what has come into it meanwhile.)
     */
    private void removeEmptyParents() {
        boolean local = local() != null;
        if (!local && !"hdfs".equals(fileSystem.getUri().getScheme())) {
            return;
        }
        Path parent = path.getParent();
        for (int i = 0; i < PARENTS && parent != null; i++, parent = parent.getParent()) {
            try {
                if (local) {
                    Files.delete(new File(parent.toUri().getPath()).toPath());
                } else if (!fileSystem.delete(parent, false)) {
                    return;
                }
            } catch (NoSuchFileException gone) {
                continue;
            } catch (IOException inUse) {
                return;
            }
        }
    }
}
