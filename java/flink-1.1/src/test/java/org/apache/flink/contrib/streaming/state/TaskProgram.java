package org.apache.flink.contrib.streaming.state;

import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.runtime.state.KvStateSnapshot;

/** A task whose store is told by its URL and the environment, in a JVM of its own. */
final class TaskProgram {
    private TaskProgram() {}

    /** Arguments: the URL of the store, a scratch directory, and a file for each of two snapshots. Says what the second has. */
    public static void main(String[] arguments) throws Exception {
        StoredSubtask subtask = new StoredSubtask(Path.of(arguments[1]), arguments[0], Map.of());
        try {
            RocksDBStateBackend backend = subtask.start();
            StoredSubtask.state(backend, 1).update("one");
            BackendProgram.write(StoredSubtask.snapshot(backend, 1), Path.of(arguments[2]));
            StoredSubtask.state(backend, 1).update("two");
            KvStateSnapshot<?, ?, ?, ?, ?> second = StoredSubtask.snapshot(backend, 2);
            BackendProgram.write(second, Path.of(arguments[3]));
            System.out.println("restored " + StoredSubtask.state(subtask.restore(second), 1).value());
        } finally {
            subtask.dispose();
        }
    }
}
