package org.apache.flink.contrib.streaming.state;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.runtime.state.KvStateSnapshot;
import org.apache.flink.util.InstantiationUtil;

/** What a JobManager does with snapshots, in a JVM that has neither the engine nor the options. */
final class JobManagerProgram {
    private JobManagerProgram() {}

    /** The arguments are files with one serialized snapshot each. */
    public static void main(String[] args) throws Exception {
        for (String absent : new String[] {"dev.gabion.Backend", "org.rocksdb.DBOptions", "org.rocksdb.RocksDB"}) {
            try {
                Class.forName(absent);
                throw new AssertionError(absent + " is on the class path");
            } catch (ClassNotFoundException asItShouldBe) {
                continue;
            }
        }
        for (String arg : args) {
            byte[] bytes = Files.readAllBytes(Path.of(arg));
            KvStateSnapshot<?, ?, ?, ?, ?> snapshot =
                    InstantiationUtil.deserializeObject(bytes, JobManagerProgram.class.getClassLoader());
            System.out.println(snapshot.getClass().getSimpleName() + " " + snapshot.getStateSize());
            InstantiationUtil.serializeObject(snapshot); // into its own store
            snapshot.close();
            snapshot.discardState();
        }
    }
}
