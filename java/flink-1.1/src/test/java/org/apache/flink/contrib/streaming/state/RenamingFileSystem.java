package org.apache.flink.contrib.streaming.state;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Paths;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.local.LocalFileSystem;

/** A local directory that refuses, as HDFS does, to rename a file to a name that is taken. */
final class RenamingFileSystem extends LocalFileSystem {
    @Override
    public boolean rename(Path from, Path to) throws IOException {
        java.nio.file.Path source = Paths.get(from.toUri().getPath());
        try {
            Files.createLink(Paths.get(to.toUri().getPath()), source);
        } catch (FileAlreadyExistsException e) {
            return false;
        }
        Files.delete(source);
        return true;
    }

    static StoreObjects open(URI directory) {
        return new RenamingStoreObjects(new RenamingFileSystem(), new Path(directory));
    }
}
