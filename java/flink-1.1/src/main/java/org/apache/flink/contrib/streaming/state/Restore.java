package org.apache.flink.contrib.streaming.state;

import dev.gabion.Backend;
import dev.gabion.KeyRange;
import dev.gabion.PushedStream;
import dev.gabion.Source;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.java.typeutils.runtime.DataInputViewStream;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.runtime.state.KvStateSnapshot;
import org.apache.flink.runtime.state.StateHandle;

/** Gives a session the state of a snapshot. What it reads is closed in the end, and when the session is closed. */
final class Restore {
    private static final byte[] PORTABLE = "GABIONST".getBytes(StandardCharsets.US_ASCII);
    private static final int BLOCK = 64 << 10;

    private final Session session;

    Restore(Session session) {
        this.session = session;
    }

    /**
     * From a snapshot of any kind.
     *
     * @param store the one that is configured, or null
     * @throws RuntimeException if it is none of this backend's
     */
    void from(KvStateSnapshot<?, ?, ?, ?, ?> snapshot, NativeSnapshotStore store) throws Exception {
        if (snapshot instanceof RocksDBStateBackend.FinalFullyAsyncSnapshot) {
            stream(((RocksDBStateBackend.FinalFullyAsyncSnapshot) snapshot).stateHandle);
        } else if (snapshot instanceof FinalNativeSnapshot) {
            files((FinalNativeSnapshot) snapshot);
        } else if (snapshot instanceof FinalStoredSnapshot) {
            stored((FinalStoredSnapshot) snapshot, store);
        } else if (snapshot instanceof RocksDBStateBackend.FinalSemiAsyncSnapshot) {
            throw new RuntimeException(
                    "Unknown RocksDB snapshot: " + snapshot + " is a backup of RocksDB's files that Flink 1.1 wrote, which can't be"
                            + " read; take a savepoint with enableFullyAsyncSnapshots() there, and restore that");
        } else {
            throw new RuntimeException(
                    "Unknown RocksDB snapshot: " + (snapshot == null ? "null" : snapshot.getClass().getName())
                            + "; only snapshots of this backend, and fully asynchronous ones of Flink 1.1's, can be restored");
        }
    }

    /** From one stream: a portable snapshot of Gabion's, or one that Flink 1.1 wrote. */
    private void stream(StateHandle<DataInputView> handle) throws Exception {
        DataInputView view = handle.getState(session.userClassLoader());
        try (InputStream in = view instanceof InputStream ? (InputStream) view : new DataInputViewStream(view)) {
            session.register(in);
            try {
                byte[] head = in.readNBytes(PORTABLE.length);
                InputStream whole = new SequenceInputStream(new ByteArrayInputStream(head), in);
                if (Arrays.equals(head, PORTABLE)) {
                    session.adopt(session.families(pushed(whole)));
                } else {
                    session.adopt(FlinkFormatImport.read(new BufferedInputStream(whole, BLOCK), session));
                }
            } finally {
                session.unregister(in);
            }
        }
    }

    private Backend pushed(InputStream in) throws IOException {
        try (PushedStream out = session.options().opened(options -> PushedStream.open(options, null, KeyRange.all()))) {
            byte[] block = new byte[BLOCK];
            for (int read; (read = in.read(block)) >= 0; ) {
                out.write(block, 0, read);
            }
            return out.finish();
        }
    }

    /** From the files of a native snapshot: linked where they are on this machine, else copied to it first, and checked. */
    private void files(FinalNativeSnapshot snapshot) throws Exception {
        snapshot.ensureNotClosed();
        CheckpointDirectory directory = new CheckpointDirectory(snapshot.directory());
        File local = directory.local();
        if (local != null) {
            directory.files(); // for its words, if it is not there
            session.adopt(session.families(captured(local.toPath())));
            return;
        }
        // A database that stays empty, for its directory: nobody else's, and removed even if this process is killed.
        try (Backend place = session.openCore()) {
            Path copy = Files.createDirectory(place.directory().resolve("download"));
            download(snapshot, directory, copy);
            session.adopt(session.families(captured(copy)));
        }
    }

    /** From a native snapshot store, by the engine itself. */
    private void stored(FinalStoredSnapshot snapshot, NativeSnapshotStore store) throws Exception {
        Map<String, String> settings = store == null ? Map.of() : store.ofRestores().asMap();
        Source source = Source.snapshot(StoreUrl.forGabion(snapshot.directory), snapshot.number);
        session.adopt(session.families(session.options()
                .opened(options -> Backend.restore(options.setAll(settings), null, KeyRange.all(), source))));
    }

    private Backend captured(Path directory) {
        return session.options().opened(options -> Backend.restore(options, null, KeyRange.all(), Source.capture(directory)));
    }

    private void download(FinalNativeSnapshot snapshot, CheckpointDirectory from, Path to) throws Exception {
        FileCopies copies = new FileCopies();
        Closeable cancel = copies::close;
        session.register(cancel);
        try {
            snapshot.closesWith(cancel);
            CapturedFiles files = from.captured(copies);
            CapturedFiles.Opener<OutputStream> here = name -> Files.newOutputStream(to.resolve(name));
            copies.run(files.copies(from::open, here));
            copies.run(List.of(files.manifest(here)));
        } finally {
            session.unregister(cancel);
        }
    }
}
