package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.api.common.state.FoldingState;
import org.apache.flink.api.common.state.FoldingStateDescriptor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ReducingState;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.VoidSerializer;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.io.disk.iomanager.IOManager;
import org.apache.flink.runtime.io.disk.iomanager.IOManagerAsync;
import org.apache.flink.runtime.operators.testutils.DummyEnvironment;
import org.apache.flink.runtime.state.AbstractStateBackend;
import org.apache.flink.runtime.state.StateHandle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.CompactionStyle;
import org.rocksdb.DBOptions;

/** What the backend does with its settings: the methods of Flink's class of this name, one for one. */
class RocksDBStateBackendConfigTest {
    @TempDir
    Path directory;

    private IOManager spilling;
    private RocksDBStateBackend backend;

    @BeforeEach
    void makeBackend() throws IOException {
        String one = Files.createDirectory(directory.resolve("spill-1")).toString();
        String two = Files.createDirectory(directory.resolve("spill-2")).toString();
        spilling = new IOManagerAsync(new String[] {one, two});
        backend = new RocksDBStateBackend(directory.toUri());
    }

    @AfterEach
    void shutDown() {
        spilling.shutdown();
    }

    @Test
    void testSetDbPath() {
        assertNull(backend.getDbStoragePaths());
        backend.setDbStoragePath("/abc/def");
        assertArrayEquals(new String[] {"/abc/def"}, backend.getDbStoragePaths());
        backend.setDbStoragePath(null);
        assertNull(backend.getDbStoragePaths());
        backend.setDbStoragePaths("/abc/def", "/uvw/xyz");
        assertArrayEquals(new String[] {"/abc/def", "/uvw/xyz"}, backend.getDbStoragePaths());
        backend.setDbStoragePaths((String[]) null);
        assertNull(backend.getDbStoragePaths());
    }

    @Test
    void testSetNullPaths() {
        assertThrows(IllegalArgumentException.class, () -> backend.setDbStoragePaths());
    }

    @Test
    void testNonFileSchemePath() {
        assertThrows(IllegalArgumentException.class, () -> backend.setDbStoragePath("hdfs:///some/path/to/perdition"));
    }

    @Test
    void testUseTempDirectories() throws Exception {
        assertNull(backend.getDbStoragePaths());
        initialize();
        assertArrayEquals(spilling.getSpillingDirectories(), backend.getStoragePaths());
        backend.dispose();
    }

    /** Flink makes the directory read-only, which root doesn't notice; nobody makes a directory in a file. */
    @Test
    void testFailWhenNoLocalStorageDir() throws IOException {
        String file = Files.createFile(directory.resolve("file")).toString();
        backend.setDbStoragePath(file);
        String message = assertThrows(Exception.class, this::initialize).getMessage();
        assertTrue(message.contains("No local storage directories available"), message);
        assertTrue(message.contains(file), message);
    }

    @Test
    void testContinueOnSomeDbDirectoriesMissing() throws Exception {
        String file = Files.createFile(directory.resolve("file")).toString();
        String good = Files.createDirectory(directory.resolve("good")).toString();
        backend.setDbStoragePaths(file, good);
        initialize();
        backend.getPartitionedState(
                null, VoidSerializer.INSTANCE, new ValueStateDescriptor<>("test", IntSerializer.INSTANCE, null));
        backend.dispose();
    }

    @Test
    void testPredefinedOptions() {
        // The default of 1.1.4 and later; before, it was DEFAULT.
        assertEquals("DEFAULT_ROCKS_4_5_1", backend.getPredefinedOptions().name());
        backend.setPredefinedOptions(PredefinedOptions.SPINNING_DISK_OPTIMIZED);
        assertEquals(PredefinedOptions.SPINNING_DISK_OPTIMIZED, backend.getPredefinedOptions());
        assertEquals(backend.getDbOptions(), backend.getDbOptions());
        assertEquals(backend.getColumnOptions(), backend.getColumnOptions());
        assertEquals(CompactionStyle.LEVEL, backend.getColumnOptions().compactionStyle());
    }

    @Test
    void testOptionsFactory() {
        backend.setOptions((ColumnOptions) options -> options.setCompactionStyle(CompactionStyle.FIFO));
        assertNotNull(backend.getOptions());
        assertEquals(CompactionStyle.FIFO, backend.getColumnOptions().compactionStyle());
    }

    @Test
    void testPredefinedAndOptionsFactory() {
        backend.setPredefinedOptions(PredefinedOptions.SPINNING_DISK_OPTIMIZED);
        backend.setOptions((ColumnOptions) options -> options.setCompactionStyle(CompactionStyle.UNIVERSAL));
        assertEquals(PredefinedOptions.SPINNING_DISK_OPTIMIZED, backend.getPredefinedOptions());
        assertNotNull(backend.getOptions());
        assertEquals(CompactionStyle.UNIVERSAL, backend.getColumnOptions().compactionStyle());
    }

    @Test
    void testPredefinedOptionsEnum() {
        for (PredefinedOptions profile : PredefinedOptions.values()) {
            DBOptions options = profile.createDBOptions();
            assertNotNull(options);
            options.dispose();
        }
    }

    @Test
    void testCallsForwardedToNonPartitionedBackend() throws Exception {
        Calls calls = new Calls();
        backend = new RocksDBStateBackend(directory.toUri(), calls);
        initialize();
        assertEquals(1, calls.initialized);
        backend.disposeAllStateForCurrentJob();
        assertEquals(1, calls.jobsDisposed);
        backend.close();
        assertEquals(1, calls.closed);
    }

    private void initialize() throws Exception {
        Environment environment = new DummyEnvironment("test", 1, 0) {
            @Override
            public IOManager getIOManager() {
                return spilling;
            }

            @Override
            public ClassLoader getUserClassLoader() {
                return RocksDBStateBackendConfigTest.class.getClassLoader();
            }
        };
        backend.initializeForJob(environment, "foobar", IntSerializer.INSTANCE);
    }

    /** Counts the calls that are forwarded; the backend must make no other. */
    private static final class Calls extends AbstractStateBackend {
        private static final long serialVersionUID = 1L;
        private int initialized;
        private int jobsDisposed;
        private int closed;

        @Override
        public void initializeForJob(Environment environment, String operator, TypeSerializer<?> keys) {
            initialized++;
        }

        @Override
        public void disposeAllStateForCurrentJob() {
            jobsDisposed++;
        }

        @Override
        public void close() {
            closed++;
        }

        @Override
        protected <N, T> ValueState<T> createValueState(TypeSerializer<N> namespaces, ValueStateDescriptor<T> descriptor) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected <N, T> ListState<T> createListState(TypeSerializer<N> namespaces, ListStateDescriptor<T> descriptor) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected <N, T> ReducingState<T> createReducingState(
                TypeSerializer<N> namespaces, ReducingStateDescriptor<T> descriptor) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected <N, T, A> FoldingState<T, A> createFoldingState(
                TypeSerializer<N> namespaces, FoldingStateDescriptor<T, A> descriptor) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CheckpointStateOutputStream createCheckpointStateOutputStream(long checkpoint, long timestamp) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <S extends Serializable> StateHandle<S> checkpointStateSerializable(S state, long checkpoint, long timestamp) {
            throw new UnsupportedOperationException();
        }
    }
}
