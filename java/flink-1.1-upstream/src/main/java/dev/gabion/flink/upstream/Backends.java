package dev.gabion.flink.upstream;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.contrib.streaming.state.RocksDBStateBackend;
import org.apache.flink.runtime.state.AbstractStateBackend;

/** Makes backends that keep everything in the temporary directory of this JVM. */
final class Backends {
    private Backends() {}

    /** A backend over fresh directories; what is not keyed goes to {@code other}, or to files if that is null. */
    static RocksDBStateBackend make(boolean fullyAsync, AbstractStateBackend other) throws IOException {
        Path base = Files.createTempDirectory("backend");
        String checkpoints = base.resolve("checkpoints").toUri().toString();
        RocksDBStateBackend backend =
                other == null ? new RocksDBStateBackend(checkpoints) : new RocksDBStateBackend(checkpoints, other);
        File storage = Files.createDirectory(base.resolve("storage")).toFile();
        backend.setDbStoragePath(storage.getPath());
        if (fullyAsync) {
            backend.enableFullyAsyncSnapshots();
        }
        return backend;
    }
}
