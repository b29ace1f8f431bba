package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.junit.jupiter.api.Test;

/** Flink's class of this name: all the base class asks, with semi-asynchronous snapshots. */
class RocksDBStateBackendTest extends StateBackendTestBase {
    @Override
    void configure(RocksDBStateBackend fresh) {
        fresh.disableFullyAsyncSnapshots();
    }

    @Test
    void testDisposeDeletesAllDirectories() throws Exception {
        initialize();
        ValueState<String> state = state(new ValueStateDescriptor<>("id", String.class, null));
        key(1);
        state.update("Hello");
        assertTrue(files() > 1);

        backend.dispose();
        assertEquals(1, files());
    }

    /** The storage directory, which alone counts one, and all that is in it. */
    private long files() throws IOException {
        try (Stream<Path> found = Files.walk(storage())) {
            return found.count();
        }
    }
}
