package org.apache.flink.contrib.streaming.state;

import java.io.IOException;
import java.lang.reflect.Field;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.apache.flink.core.fs.BlockLocation;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;

/**
 * The local disk under the scheme {@code trap}, so that it counts as a remote file system; it fails, blocks or refuses to work for
 * interrupted threads, as a test asks.
 */
public final class TrapFileSystem extends FileSystem {
    private static final Semaphore UNLIMITED = new Semaphore(Integer.MAX_VALUE);

    /** How many more blocks may be written; a writer waits for its turn. */
    static volatile Semaphore writes = UNLIMITED;
    /** The name of the file whose writing fails, or null. */
    static volatile String failingWrite;
    /** Whether the failure is an error of the JVM's and no exception. */
    static volatile boolean failsWithError;
    /** The name of the file whose reading fails, or null. */
    static volatile String failingRead;
    /** Counted down when a writer begins to wait. */
    static volatile CountDownLatch waiting = new CountDownLatch(1);

    private final FileSystem disk = FileSystem.getLocalFileSystem();

    /** Makes the scheme known to Flink, and takes all traps away. */
    static void set() {
        try {
            Field directory = FileSystem.class.getDeclaredField("FSDIRECTORY");
            directory.setAccessible(true);
            @SuppressWarnings("unchecked") // as it is declared there
            Map<String, String> classes = (Map<String, String>) directory.get(null);
            classes.put("trap", TrapFileSystem.class.getName());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
        writes = UNLIMITED;
        failingWrite = null;
        failsWithError = false;
        failingRead = null;
        waiting = new CountDownLatch(1);
    }

    static URI uri(java.nio.file.Path directory) {
        return URI.create("trap://" + directory.toUri().getRawPath());
    }

    private static Path local(Path path) {
        return new Path("file", null, path.toUri().getPath());
    }

    /** As HDFS's client does. */
    private static void refuseTheInterrupted() throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new IOException("the thread is interrupted");
        }
    }

    @Override
    public Path getWorkingDirectory() {
        return new Path("trap:///");
    }

    @Override
    public Path getHomeDirectory() {
        return new Path("trap:///");
    }

    @Override
    public URI getUri() {
        return URI.create("trap:///");
    }

    @Override
    public void initialize(URI name) {}

    @Override
    public FileStatus getFileStatus(Path path) throws IOException {
        refuseTheInterrupted();
        return disk.getFileStatus(local(path));
    }

    @Override
    public BlockLocation[] getFileBlockLocations(FileStatus file, long start, long length) {
        return new BlockLocation[0];
    }

    @Override
    public FSDataInputStream open(Path path, int bufferSize) throws IOException {
        return open(path);
    }

    @Override
    public FSDataInputStream open(Path path) throws IOException {
        refuseTheInterrupted();
        if (path.getName().equals(failingRead)) {
            throw new IOException("reading " + failingRead + " fails");
        }
        return disk.open(local(path));
    }

    @Override
    public FileStatus[] listStatus(Path path) throws IOException {
        refuseTheInterrupted();
        return disk.listStatus(local(path));
    }

    @Override
    public boolean delete(Path path, boolean recursive) throws IOException {
        refuseTheInterrupted();
        return disk.delete(local(path), recursive);
    }

    @Override
    public boolean mkdirs(Path path) throws IOException {
        refuseTheInterrupted();
        return disk.mkdirs(local(path));
    }

    @Override
    public FSDataOutputStream create(Path path, boolean overwrite, int bufferSize, short replication, long blockSize)
            throws IOException {
        return create(path, overwrite);
    }

    @Override
    public FSDataOutputStream create(Path path, boolean overwrite) throws IOException {
        refuseTheInterrupted();
        return new Output(disk.create(local(path), overwrite), path.getName().equals(failingWrite));
    }

    @Override
    public boolean rename(Path from, Path to) throws IOException {
        return disk.rename(local(from), local(to));
    }

    @Override
    public boolean isDistributedFS() {
        return true;
    }

    private static final class Output extends FSDataOutputStream {
        private final FSDataOutputStream out;
        private final boolean fails;
        private final CountDownLatch closed = new CountDownLatch(1);

        Output(FSDataOutputStream out, boolean fails) {
            this.out = out;
            this.fails = fails;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (!writes.tryAcquire()) {
                waiting.countDown();
                block();
            }
            if (fails && failsWithError) {
                throw new NoClassDefFoundError("writing fails badly");
            }
            if (fails) {
                throw new IOException("writing fails");
            }
            out.write(bytes, offset, length);
        }

        /** Until the stream is closed: as a write to a network file system that does not answer. */
        private void block() throws IOException {
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
            throw new IOException("closed while writing");
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void sync() throws IOException {
            out.sync();
        }

        @Override
        public void close() throws IOException {
            closed.countDown();
            out.close();
        }
    }
}
