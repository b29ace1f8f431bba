package org.apache.flink.contrib.streaming.state;

import dev.gabion.SnapshotDirectory;
import dev.gabion.Swept;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes what no snapshot needs any more: a discard removes the manifest only. The first snapshot of an attempt and each
 * 16th one sweep their own directory and, since jobs end and nobody comes back to theirs, one other directory of the store. Any
 * thread.
 */
final class StoreSweeper {
    private static final Logger LOG = LoggerFactory.getLogger(StoreSweeper.class);
    private static final int EACH = 16;
    /** One sweep at a time in the whole process; what does not fit into the queue comes with a later snapshot. */
    private static final ThreadPoolExecutor THREAD = new ThreadPoolExecutor(
            1, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(64), StoreSweeper::thread, new ThreadPoolExecutor.DiscardPolicy());

    static {
        THREAD.allowCoreThreadTimeOut(true);
    }

    private final NativeSnapshotStore store;
    private final URI own;
    private final AtomicInteger snapshots = new AtomicInteger();

    /** {@code own} is the snapshot directory of this attempt. */
    StoreSweeper(NativeSnapshotStore store, URI own) {
        this.store = store;
        this.own = own;
    }

    boolean isOf(NativeSnapshotStore otherStore, URI directory) {
        return store == otherStore && own.equals(directory);
    }

    /** Sweeps in the background, now and then. */
    void snapshotTaken() {
        if (snapshots.getAndIncrement() % EACH == 0) {
            THREAD.execute(this::sweep);
        }
    }

    /** Sweeps; a failure is logged. */
    void sweep() {
        sweep(own);
        try {
            URI other = other();
            if (other != null) {
                sweep(other);
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("Cannot look for snapshot directories in {}", store, e);
        }
    }

    private void sweep(URI directory) {
        String url = StoreUrl.forGabion(directory);
        try (SnapshotDirectory snapshots = new SnapshotDirectory(url, store.ofSnapshots())) {
            Swept swept = snapshots.sweep(store.grace(), false);
            LOG.debug("Swept {}: {} objects of {} bytes", url, swept.objects(), swept.bytes());
        } catch (RuntimeException e) {
            LOG.warn("Cannot sweep {}; a later snapshot tries again", url, e);
        }
    }

    /** Another directory of the store, of this or another job, at random; null if there is none where looked. */
    URI other() throws IOException {
        FileSystem fileSystem = FileSystem.get(store.root());
        Path job = pick(fileSystem, new Path(store.root()));
        Path operator = job == null ? null : pick(fileSystem, job);
        if (operator == null || StoreObjects.open(operator.toUri()).list(StoredSnapshotDiscard.SEQUENCE).isEmpty()) {
            return null;
        }
        String path = operator.toUri().getPath();
        return path.equals(own.getPath()) ? null : operator.toUri();
    }

    private static Path pick(FileSystem fileSystem, Path directory) throws IOException {
        List<Path> directories = new ArrayList<>();
        FileStatus[] entries = fileSystem.listStatus(directory);
        if (entries != null) {
            for (FileStatus entry : entries) {
                if (entry.isDir()) {
                    directories.add(new Path(directory, entry.getPath().getName()));
                }
            }
        }
        return directories.isEmpty() ? null : directories.get(ThreadLocalRandom.current().nextInt(directories.size()));
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "gabion-sweep");
        thread.setDaemon(true);
        thread.setPriority(Thread.MIN_PRIORITY);
        thread.setContextClassLoader(null); // it outlives the job
        return thread;
    }
}
