package org.apache.flink.contrib.streaming.state;

import java.io.File;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.state.FoldingState;
import org.apache.flink.api.common.state.FoldingStateDescriptor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MergingState;
import org.apache.flink.api.common.state.ReducingState;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.state.AbstractStateBackend;
import org.apache.flink.runtime.state.KvState;
import org.apache.flink.runtime.state.KvStateSnapshot;
import org.apache.flink.runtime.state.StateHandle;
import org.apache.flink.runtime.state.filesystem.FsStateBackend;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.Handles;
import org.rocksdb.RocksDB;

/**
 * Flink 1.1's state backend that keeps keyed state on local disks, on Gabion.
 *
 * <p>It is configured in the program and travels with the job; each operator instance has a copy, with a database of its own that
 * opens with the first state. Checkpoints go to a file system of Flink's. Other state than keyed state is left to another backend.
 *
 * <p>The task's thread calls everything, but for {@link #close} and {@link #dispose}, which any thread may call at any time.
 * docs/flink-1.1.md tells what differs from the original.
 */
public class RocksDBStateBackend extends ConfiguredBackend {
    private static final long serialVersionUID = 1L;
    /** The key under which there is one snapshot of all states. */
    private static final String ALL_STATES = "dummy_state";

    private final Path checkpointDirectory;
    private AbstractStateBackend nonPartitionedStateBackend;

    private transient File[] initializedDbBasePaths;
    private transient volatile Session session;
    private transient StoreSweeper sweeper;

    /** Stands for the database from initialization to disposal; else null. It gives no access to data. */
    protected transient volatile RocksDB db;

    /**
     * Makes a backend that keeps checkpoints, also of non-partitioned state, in a directory.
     *
     * @param checkpointDataUri such as {@code hdfs://host:port/checkpoints}
     * @throws IOException if there is no such file system
     * @throws IllegalArgumentException if the URI has no scheme or path, or is of a root directory
     */
    public RocksDBStateBackend(String checkpointDataUri) throws IOException {
        this(new Path(checkpointDataUri).toUri());
    }

    /**
     * The same.
     *
     * @param checkpointDataUri such as {@code hdfs://host:port/checkpoints}
     * @throws IOException if there is no such file system
     * @throws IllegalArgumentException if the URI has no scheme or path, or is of a root directory
     */
    public RocksDBStateBackend(URI checkpointDataUri) throws IOException {
        FsStateBackend files = new FsStateBackend(checkpointDataUri);
        this.nonPartitionedStateBackend = files;
        this.checkpointDirectory = files.getBasePath();
    }

    /**
     * Makes a backend that keeps native snapshots in a directory, and leaves fully asynchronous ones and non-partitioned state to
     * another backend.
     *
     * @param checkpointDataUri such as {@code hdfs://host:port/checkpoints}
     * @param nonPartitionedStateBackend the other one
     * @throws IOException if there is no such file system
     * @throws IllegalArgumentException if the URI has no scheme or path, or is of a root directory
     */
    public RocksDBStateBackend(String checkpointDataUri, AbstractStateBackend nonPartitionedStateBackend) throws IOException {
        this(new Path(checkpointDataUri).toUri(), nonPartitionedStateBackend);
    }

    /**
     * The same.
     *
     * @param checkpointDataUri such as {@code hdfs://host:port/checkpoints}
     * @param nonPartitionedStateBackend the other one
     * @throws IOException if there is no such file system
     * @throws IllegalArgumentException if the URI has no scheme or path, or is of a root directory
     */
    public RocksDBStateBackend(URI checkpointDataUri, AbstractStateBackend nonPartitionedStateBackend) throws IOException {
        this.nonPartitionedStateBackend = Objects.requireNonNull(nonPartitionedStateBackend, "nonPartitionedStateBackend");
        this.checkpointDirectory = FsStateBackend.validateAndNormalizeUri(checkpointDataUri);
    }

    // ---- one life ----

    @Override
    public void initializeForJob(Environment env, String operatorIdentifier, TypeSerializer<?> keySerializer) throws Exception {
        if (session != null) {
            if (!session.isDisposed()) {
                dispose();
            }
            nonPartitionedStateBackend = reopened(nonPartitionedStateBackend);
        }
        super.initializeForJob(env, operatorIdentifier, keySerializer);
        nonPartitionedStateBackend.initializeForJob(env, operatorIdentifier, keySerializer);
        initializedDbBasePaths = StorageDirectories.usable(configuredStorage(), env);
        sweeper = null;
        session = new Session(
                env.getJobID(),
                operatorIdentifier.replace(" ", ""),
                keySerializer,
                env.getUserClassLoader(),
                StorageDirectories.pick(initializedDbBasePaths),
                this::coreOptions);
        if (keySerializer != null) {
            session.options(); // now rather than with the first record, if something is wrong with them
        }
        db = Handles.database();
    }

    private CoreOptions coreOptions(File storage, String operator) {
        return new CoreOptions(storage, operator, getPredefinedOptions(), getDbOptions(), getColumnOptions());
    }

    /** Flink's file backend can't be used again once it was closed. */
    private static AbstractStateBackend reopened(AbstractStateBackend closed) throws IOException {
        if (closed.getClass() != FsStateBackend.class) {
            return closed;
        }
        FsStateBackend files = (FsStateBackend) closed;
        return new FsStateBackend(files.getBasePath().toUri(), files.getFileStateSizeThreshold());
    }

    @Override
    public void disposeAllStateForCurrentJob() throws Exception {
        nonPartitionedStateBackend.disposeAllStateForCurrentJob();
    }

    /** Cancels what reads or writes checkpoints. State can still be accessed. */
    @Override
    public void close() throws IOException {
        Session open = session;
        try {
            if (open != null) {
                open.close();
            }
        } finally {
            nonPartitionedStateBackend.close();
        }
    }

    /** Closes the database and removes its local directory, besides. The backend may be initialized again. */
    @Override
    public void dispose() throws Exception {
        Session open = session;
        db = null;
        forgetOptions();
        Exception failure = null;
        for (Disposal each : List.<Disposal>of(
                super::dispose, // closes
                nonPartitionedStateBackend::dispose,
                () -> {
                    if (open != null) {
                        open.dispose();
                    }
                })) {
            try {
                each.run();
            } catch (Exception e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private interface Disposal {
        void run() throws Exception;
    }

    /** The present life. */
    final Session session() {
        Session open = session;
        if (open == null) {
            throw new IllegalStateException("the state backend is not initialized; call initializeForJob first");
        }
        return open;
    }

    // ---- state ----

    @Override
    public <N, S extends State> S getPartitionedState(
            N namespace, TypeSerializer<N> namespaceSerializer, StateDescriptor<S, ?> stateDescriptor) throws Exception {
        KvState<?, ?, ?, ?, ?> known = keyValueStatesByName == null ? null : keyValueStatesByName.get(stateDescriptor.getName());
        if (known instanceof AbstractRocksDBState) {
            if (!stateDescriptor.isSerializerInitialized()) {
                stateDescriptor.initializeSerializerUnlessSet(new ExecutionConfig());
            }
            ((AbstractRocksDBState<?, ?, ?, ?>) known).family().check(stateDescriptor, namespaceSerializer);
        }
        return super.getPartitionedState(namespace, namespaceSerializer, stateDescriptor);
    }

    @Override
    @SuppressWarnings({"unchecked", "rawtypes"}) // the descriptor tells the kind, and the state was made with the serializer
    public <N, S extends MergingState<?, ?>> void mergePartitionedStates(
            N target, Collection<N> sources, TypeSerializer<N> namespaceSerializer, StateDescriptor<S, ?> stateDescriptor)
            throws Exception {
        if (stateDescriptor instanceof ListStateDescriptor) {
            State state = getPartitionedState(target, namespaceSerializer, stateDescriptor);
            if (state.getClass() == RocksDBListState.class) {
                ((RocksDBListState) state).moveAll(sources, target);
                return;
            }
        }
        super.mergePartitionedStates(target, sources, namespaceSerializer, stateDescriptor);
    }

    /**
     * Returns the column family of a state, which is made if it is not there.
     *
     * @param descriptor name, kind and serializer
     * @return what stands for the family
     * @throws RuntimeException if there is one of that name with another kind or serializer
     */
    @SuppressWarnings("rawtypes") // as in Flink 1.1
    protected ColumnFamilyHandle getColumnFamily(StateDescriptor descriptor) {
        return session().family((StateDescriptor<?, ?>) descriptor).handle();
    }

    /**
     * Returns the current key.
     *
     * @return the key of the record that is being handled; null if there is none
     */
    public Object currentKey() {
        return currentKey;
    }

    /**
     * Returns the serializer of keys.
     *
     * @return the operator's; null if it has no keys
     */
    @SuppressWarnings("rawtypes") // as in Flink 1.1
    public TypeSerializer keySerializer() {
        return keySerializer;
    }

    @Override
    protected <N, T> ValueState<T> createValueState(
            TypeSerializer<N> namespaceSerializer, ValueStateDescriptor<T> stateDesc) throws Exception {
        return new RocksDBValueState<>(getColumnFamily(stateDesc), namespaceSerializer, stateDesc, this);
    }

    @Override
    protected <N, T> ListState<T> createListState(TypeSerializer<N> namespaceSerializer, ListStateDescriptor<T> stateDesc)
            throws Exception {
        return new RocksDBListState<>(getColumnFamily(stateDesc), namespaceSerializer, stateDesc, this);
    }

    @Override
    protected <N, T> ReducingState<T> createReducingState(
            TypeSerializer<N> namespaceSerializer, ReducingStateDescriptor<T> stateDesc) throws Exception {
        return new RocksDBReducingState<>(getColumnFamily(stateDesc), namespaceSerializer, stateDesc, this);
    }

    @Override
    protected <N, T, ACC> FoldingState<T, ACC> createFoldingState(
            TypeSerializer<N> namespaceSerializer, FoldingStateDescriptor<T, ACC> stateDesc) throws Exception {
        return new RocksDBFoldingState<>(getColumnFamily(stateDesc), namespaceSerializer, stateDesc, this);
    }

    // ---- checkpoints ----

    @Override
    public HashMap<String, KvStateSnapshot<?, ?, ?, ?, ?>> snapshotPartitionedState(long checkpointId, long timestamp)
            throws Exception {
        Session open = session();
        open.checkNotDisposed();
        Families families = open.openFamilies();
        if (families == null || families.isEmpty()) {
            return isFlink3718Behaviour() ? new HashMap<>() : null;
        }
        HashMap<String, KvStateSnapshot<?, ?, ?, ?, ?>> snapshots = new HashMap<>();
        snapshots.put(ALL_STATES, snapshot(open, families, checkpointId));
        return snapshots;
    }

    private KvStateSnapshot<?, ?, ?, ?, ?> snapshot(Session open, Families families, long checkpointId) throws IOException {
        if (isFullyAsync()) {
            PortableSnapshot.Content content = isFlinkFormat()
                    ? FlinkFormatExport.begin(families)
                    : new PortableSnapshot.Pulled(families.core().pullStream(new byte[0], new byte[0]));
            return new PortableSnapshot(this, open, content, checkpointId);
        }
        if (nativeSnapshotStore() != null) {
            return storedSnapshot(open, families, checkpointId);
        }
        return new NativeSnapshot(open, Capture.start(open, families, checkpointId), checkpointDirectory, checkpointId);
    }

    private StoredSnapshot storedSnapshot(Session open, Families families, long checkpointId) throws IOException {
        NativeSnapshotStore store = nativeSnapshotStore();
        URI directory = store.directory(open.jobId(), open.operator());
        if (sweeper == null || !sweeper.isOf(store, directory)) {
            sweeper = new StoreSweeper(store, directory);
        }
        Publication publication = Publication.start(families.core(), directory, store.ofSnapshots(), checkpointId);
        return new StoredSnapshot(open, publication, sweeper, checkpointId);
    }

    @Override
    @SuppressWarnings("rawtypes") // as in Flink 1.1
    public final void injectKeyValueStateSnapshots(HashMap<String, KvStateSnapshot> keyValueStateSnapshots) throws Exception {
        if (keyValueStateSnapshots == null || keyValueStateSnapshots.isEmpty()) {
            return;
        }
        KvStateSnapshot<?, ?, ?, ?, ?> snapshot = keyValueStateSnapshots.get(ALL_STATES);
        new Restore(session()).from(snapshot, nativeSnapshotStore());
    }

    @Override
    public CheckpointStateOutputStream createCheckpointStateOutputStream(long checkpointID, long timestamp) throws Exception {
        return nonPartitionedStateBackend.createCheckpointStateOutputStream(checkpointID, timestamp);
    }

    @Override
    public <S extends Serializable> StateHandle<S> checkpointStateSerializable(S state, long checkpointID, long timestamp)
            throws Exception {
        return nonPartitionedStateBackend.checkpointStateSerializable(state, checkpointID, timestamp);
    }

    // ---- what it tells of itself ----

    /**
     * Returns the directories of which this instance has taken one.
     *
     * @return those that can be used; null before {@link #initializeForJob}
     */
    public File[] getStoragePaths() {
        return initializedDbBasePaths;
    }

    /**
     * Returns what the database counts and measures, the pauses of its barriers among it, by the names that docs/options.md lists.
     * Any thread.
     *
     * @return values by name; empty while no database is open
     */
    public Map<String, Long> getMetrics() {
        Session present = session;
        Families open = present == null ? null : present.openFamilies();
        try {
            return open == null ? Map.of() : open.core().metrics();
        } catch (IllegalStateException closed) {
            return Map.of();
        }
    }

    // ---- handles whose class names and fields are those of Flink 1.1's, so that its checkpoints can be read ----

    /** A fully asynchronous snapshot: of this backend, or written by Flink 1.1's. It works in plain Java on the JobManager. */
    static class FinalFullyAsyncSnapshot implements CompletedSnapshot {
        private static final long serialVersionUID = 1L;

        final StateHandle<DataInputView> stateHandle;
        final long checkpointId;

        FinalFullyAsyncSnapshot(StateHandle<DataInputView> stateHandle, long checkpointId) {
            this.stateHandle = stateHandle;
            this.checkpointId = checkpointId;
        }

        @Override
        public void discardState() throws Exception {
            stateHandle.discardState();
        }

        @Override
        public long getStateSize() throws Exception {
            return stateHandle.getStateSize();
        }

        @Override
        public void close() throws IOException {
            stateHandle.close();
        }
    }

    /** A semi-asynchronous snapshot that Flink 1.1's backend wrote: it can be discarded, but not restored. */
    static class FinalSemiAsyncSnapshot implements CompletedSnapshot {
        private static final long serialVersionUID = 1L;

        final URI backupUri;
        final long checkpointId;

        @SuppressWarnings({"rawtypes", "serial"}) // what a stream of Flink 1.1's has
        private final List<StateDescriptor> stateDescriptors;

        @SuppressWarnings("rawtypes")
        FinalSemiAsyncSnapshot(URI backupUri, long checkpointId, List<StateDescriptor> stateDescriptors) {
            this.backupUri = backupUri;
            this.checkpointId = checkpointId;
            this.stateDescriptors = stateDescriptors;
        }

        @Override
        public void discardState() throws Exception {
            new CheckpointDirectory(backupUri).removeAlone();
        }

        @Override
        public long getStateSize() throws Exception {
            return new CheckpointDirectory(backupUri).size();
        }

        @Override
        public void close() {}

        @Override
        public String toString() {
            return stateDescriptors.size() + " states @ " + backupUri;
        }
    }
}
