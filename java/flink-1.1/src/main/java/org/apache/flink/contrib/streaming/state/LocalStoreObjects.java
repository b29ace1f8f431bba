package org.apache.flink.contrib.streaming.state;

import java.io.FileOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A snapshot directory of scheme {@code file}. Flink's class for local files can neither make a file unless it is there
 * nor write it through, so this goes to the file system itself; a hard link is what makes a complete object appear.
 */
final class LocalStoreObjects extends StoreObjects {
    private final Path root;

    LocalStoreObjects(URI directory) {
        root = Paths.get(directory.getPath());
    }

    @Override
    byte[] read(String name) throws IOException {
        Path path = root.resolve(name);
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            return null; // a symbolic link could lead out of the directory
        }
        try {
            long size = Files.size(path);
            if (size > SnapshotDocument.MAX_BYTES) {
                throw tooLarge(path.toString(), size);
            }
            return Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            return null; // removed meanwhile
        }
    }

    @Override
    List<String> list(String folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve(folder))) {
            entries.forEach(entry -> names.add(entry.getFileName().toString()));
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Collections.emptyList();
        }
        return names;
    }

    @Override
    boolean create(String name, byte[] bytes) throws IOException {
        Path path = root.resolve(name);
        Path staging = root.resolve(staging(name));
        Files.createDirectories(path.getParent());
        try {
            try (FileOutputStream out = new FileOutputStream(staging.toFile())) {
                out.write(bytes);
                out.getFD().sync();
            }
            Files.createLink(path, staging);
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (UnsupportedOperationException e) {
            throw new IOException("cannot make " + path + ": its file system has no hard links", e);
        } finally {
            Files.deleteIfExists(staging);
        }
        sync(path.getParent());
        return true;
    }

    @Override
    void delete(String name) throws IOException {
        Path path = root.resolve(name);
        Files.deleteIfExists(path);
        sync(path.getParent());
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public String toString() {
        return root.toString();
    }
}
