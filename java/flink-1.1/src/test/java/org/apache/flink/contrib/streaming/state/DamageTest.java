package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.runtime.state.StateHandle;
import org.junit.jupiter.api.Test;

/** Bytes that are not what was written are never state. */
class DamageTest extends BackendTest {
    /** B3; checklist 3. Also B6: whatever comes of it, the stream is closed. */
    @Test
    void a_stream_that_was_cut_is_refused_wherever_that_was() throws Exception {
        byte[] stream = stream();
        Bytes.open.set(0);
        Operator reader = operator(Mode.FULLY_ASYNC).start();
        for (int length = 0; length < stream.length; length += soak() ? 1 : 11) {
            byte[] cut = Arrays.copyOf(stream, length);
            assertThrows(Exception.class, () -> reader.restore(of(cut)), "cut at " + length);
            assertEquals(null, reader.backend.snapshotPartitionedState(1, 2), "cut at " + length);
            assertEquals(0, Bytes.open.get(), "cut at " + length);
        }
        reader.restore(of(stream));
        assertEquals(0, Bytes.open.get());
        reader.key(7);
        assertEquals("x", reader.state(text("value")).value());
    }

    @Test
    void a_stream_with_a_wrong_or_a_further_byte_is_refused() throws Exception {
        byte[] stream = stream();
        Operator reader = operator(Mode.FULLY_ASYNC).start();
        for (int at = 0; at < stream.length; at += soak() ? 1 : 17) {
            byte[] wrong = stream.clone();
            wrong[at] ^= 0x10;
            assertThrows(Exception.class, () -> reader.restore(of(wrong)), "at " + at);
        }
        assertThrows(Exception.class, () -> reader.restore(of(Arrays.copyOf(stream, stream.length + 1))));
    }

    private byte[] stream() throws Exception {
        Operator writer = operator(Mode.FULLY_ASYNC).start();
        writer.key(7);
        writer.state(text("value")).update("x");
        writer.state(texts("list")).add("y");
        var snapshot = (RocksDBStateBackend.FinalFullyAsyncSnapshot) writer.snapshot(1);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataInputView view = snapshot.stateHandle.getState(getClass().getClassLoader());
        byte[] block = new byte[1000];
        for (int read; (read = view.read(block)) > 0; ) {
            bytes.write(block, 0, read);
        }
        return bytes.toByteArray();
    }

    private static RocksDBStateBackend.FinalFullyAsyncSnapshot of(byte[] stream) {
        return new RocksDBStateBackend.FinalFullyAsyncSnapshot(new Bytes(stream), 1);
    }

    /** Checklist 3, for the other kind. */
    @Test
    void a_directory_with_a_file_that_was_cut_or_is_missing_is_refused() throws Exception {
        Operator writer = operator(Mode.SEMI_ASYNC).start();
        writer.key(7);
        writer.state(text("value")).update("x");
        var snapshot = writer.snapshot(1);
        List<Path> files;
        try (Stream<Path> all = Files.walk(checkpoints())) {
            files = all.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith("CURRENT")) // for other programs: what it says is in the manifest, too
                    .collect(Collectors.toList());
        }
        assertTrue(files.size() >= 4, files.toString());
        Operator reader = operator(Mode.SEMI_ASYNC).start();
        for (Path file : files) {
            byte[] sound = Files.readAllBytes(file);
            for (int length : new int[] {0, sound.length - 1}) {
                Files.write(file, Arrays.copyOf(sound, length));
                assertThrows(Exception.class, () -> reader.restore(snapshot), file + " cut at " + length);
            }
            Files.delete(file);
            assertThrows(Exception.class, () -> reader.restore(snapshot), file + " is missing");
            Files.write(file, sound);
        }
        reader.restore(snapshot);
        reader.key(7);
        assertEquals("x", reader.state(text("value")).value());
        snapshot.discardState();
        Exception gone = assertThrows(IOException.class, () -> reader.restore(snapshot));
        assertTrue(gone.getMessage().contains("is not there"), gone.getMessage());
    }

    /** B21; checklist 4. */
    @Test
    void a_snapshot_fails_when_the_rows_cannot_be_read() throws Exception {
        Operator operator = operator(Mode.SEMI_ASYNC).start();
        for (int i = 0; i < 5_000; i++) {
            operator.key(i);
            operator.state(text("value")).update("value " + i);
        }
        operator.snapshot(1).discardState(); // all rows are in files now
        operator.backend.enableFullyAsyncSnapshots();
        spoilTables();
        assertThrows(Exception.class, () -> operator.begin(2).materialize());
        operator.key(1);
        RuntimeException read = assertThrows(RuntimeException.class, () -> operator.state(text("value")).value());
        assertTrue(read.getMessage().contains("retrieving data"), read.getMessage());
    }

    private void spoilTables() throws IOException {
        List<String> tables = files(storage()).stream().filter(name -> name.endsWith(".sst")).collect(Collectors.toList());
        assertTrue(tables.size() > 0, "no tables in " + files(storage()));
        for (String table : tables) {
            try (RandomAccessFile file = new RandomAccessFile(storage().resolve(table).toFile(), "rw")) {
                for (long at = 100; at < file.length() / 2; at += 50) {
                    file.seek(at);
                    file.write(0xee);
                }
            }
        }
    }

    private static final class Bytes implements StateHandle<DataInputView> {
        private static final long serialVersionUID = 1L;
        /** How many streams are open. */
        private static final AtomicInteger open = new AtomicInteger();

        private final byte[] bytes;

        Bytes(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public DataInputView getState(ClassLoader userClasses) {
            open.incrementAndGet();
            return new DataInputViewStreamWrapper(new ByteArrayInputStream(bytes) {
                private boolean closed;

                @Override
                public void close() {
                    open.addAndGet(closed ? 0 : -1);
                    closed = true;
                }
            });
        }

        @Override
        public void discardState() {}

        @Override
        public long getStateSize() {
            return bytes.length;
        }

        @Override
        public void close() {}
    }
}
