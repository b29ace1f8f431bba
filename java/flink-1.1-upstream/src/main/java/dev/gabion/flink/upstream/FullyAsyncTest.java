package dev.gabion.flink.upstream;

import java.io.IOException;
import org.apache.flink.contrib.streaming.state.RocksDBStateBackend;
import org.apache.flink.runtime.state.StateBackendTestBase;
import org.apache.flink.runtime.state.memory.MemoryStateBackend;

/** The methods of the published base class, with fully asynchronous snapshots. */
public class FullyAsyncTest extends StateBackendTestBase<RocksDBStateBackend> {
    @Override
    protected RocksDBStateBackend getStateBackend() throws IOException {
        return Backends.make(true, new MemoryStateBackend());
    }

    @Override
    protected void cleanup() {
        // The caller of this JVM removes its temporary directory.
    }
}
