package dev.gabion.flink.upstream;

import java.io.IOException;
import org.apache.flink.contrib.streaming.state.RocksDBStateBackend;
import org.apache.flink.runtime.state.StateBackendTestBase;
import org.apache.flink.runtime.state.memory.MemoryStateBackend;

/** The methods of the published base class, with semi-asynchronous snapshots. */
public class SemiAsyncTest extends StateBackendTestBase<RocksDBStateBackend> {
    @Override
    protected RocksDBStateBackend getStateBackend() throws IOException {
        return Backends.make(false, new MemoryStateBackend());
    }

    @Override
    protected void cleanup() {
        // The caller of this JVM removes its temporary directory.
    }
}
