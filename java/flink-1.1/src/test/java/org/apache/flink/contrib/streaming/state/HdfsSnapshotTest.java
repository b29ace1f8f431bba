package org.apache.flink.contrib.streaming.state;

import static org.apache.flink.contrib.streaming.state.StoredSubtask.random;
import static org.apache.flink.contrib.streaming.state.StoredSubtask.snapshot;
import static org.apache.flink.contrib.streaming.state.StoredSubtask.state;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gabion.Options;
import dev.gabion.SnapshotDirectory;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AccessController;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.security.auth.Subject;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.runtime.state.KvStateSnapshot;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots in an HDFS: the engine writes and reads them through a client of its own, and Flink's client discards them. */
class HdfsSnapshotTest {
    private static final byte[] SOME = {1, 2, 3};

    private static MiniDfs cluster;
    /** Why there is no cluster. */
    private static String reason;

    @TempDir Path scratch;
    /** Of the store: a path in the file system, of this test alone. */
    private final String path = "/" + UUID.randomUUID() + "/the_store%20";
    private StoredSubtask subtask;

    @BeforeAll
    static void startCluster() throws InterruptedException {
        try {
            cluster = MiniDfs.start();
        } catch (IOException e) {
            reason = e.getMessage();
        }
    }

    @AfterAll
    static void stopCluster() throws Exception {
        if (cluster != null) {
            cluster.close();
        }
    }

    @BeforeEach
    void aSubtask() {
        assumeTrue(cluster != null, reason);
        subtask = new StoredSubtask(scratch, url(), Map.of());
    }

    @AfterEach
    void dispose() throws Exception {
        if (subtask != null) {
            subtask.dispose();
        }
    }

    private String url() {
        return "hdfs://" + cluster.nameNode(0) + path;
    }

    /** Flink 1.1 brings Hadoop 2.3.0. */
    private static void assumeFlinkReachesHdfs() {
        try {
            Subject.getSubject(AccessController.getContext()); // which that asks for first
        } catch (UnsupportedOperationException e) {
            assumeTrue(false, "Hadoop 2.3.0, Flink 1.1's client of HDFS, does not run on JDK " + Runtime.version().feature() + ": "
                    + e.getMessage());
        }
    }

    /** The names in a folder of the subtask's snapshot directory. */
    private Set<String> names(String folder) throws IOException {
        Set<String> names = new TreeSet<>();
        for (String name : cluster.files(subtask.directory().getPath())) {
            if (name.startsWith(folder + "/")) {
                names.add(name.substring(folder.length() + 1));
            }
        }
        return names;
    }

    private long bytes() throws IOException {
        return cluster.bytes(subtask.directory().getPath() + "/files");
    }

    /** Discards them in a JVM with nothing else of Gabion. */
    private void discardElsewhere(Map<String, String> environment, List<String> classPath, Object... files) throws Exception {
        String said = TestJvm.run(scratch, environment, classPath, JobManagerProgram.class, files);
        assertTrue(said.contains("FinalStoredSnapshot"), said);
    }

    @Test
    void a_snapshot_shares_the_files_of_earlier_ones_even_across_a_restart() throws Exception {
        subtask.withoutCompactions();
        RocksDBStateBackend backend = subtask.start();
        for (int key = 0; key < 300; key++) {
            state(backend, key).update(random(key));
        }
        KvStateSnapshot<?, ?, ?, ?, ?> first = snapshot(backend, 1);
        long firstBytes = bytes();
        assertTrue(firstBytes >= 200_000, "" + firstBytes);
        state(backend, 1).update("small");
        KvStateSnapshot<?, ?, ?, ?, ?> second = snapshot(backend, 2);
        assertTrue(bytes() - firstBytes < 100_000, bytes() + " after " + firstBytes);
        assertTrue(second.getStateSize() >= 200_000, "the size is that of all its files: " + second.getStateSize());
        RocksDBStateBackend next = subtask.restore(second);
        long secondBytes = bytes();
        state(next, 2).update("small too");
        KvStateSnapshot<?, ?, ?, ?, ?> third = snapshot(next, 3);
        assertTrue(bytes() - secondBytes < 100_000, bytes() + " after " + secondBytes);
        assertEquals(random(1), state(subtask.restore(first), 1).value());
        subtask.sweep();
        RocksDBStateBackend last = subtask.restore(third);
        assertEquals(random(299), state(last, 299).value());
        assertEquals("small", state(last, 1).value());
        assertEquals("small too", state(last, 2).value());
        assertFalse(cluster.files(path).stream().anyMatch(name -> name.contains("staging-")));
    }

    /** Checklist 17. */
    @Test
    void a_JVM_with_nothing_else_of_Gabion_discards_a_snapshot_and_the_other_one_stays() throws Exception {
        assumeFlinkReachesHdfs();
        RocksDBStateBackend backend = subtask.start();
        state(backend, 1).update(random(1));
        KvStateSnapshot<?, ?, ?, ?, ?> first = snapshot(backend, 1);
        state(backend, 1).update(random(2));
        KvStateSnapshot<?, ?, ?, ?, ?> second = snapshot(backend, 2);
        Path file = scratch.resolve("first");
        BackendProgram.write(first, file);
        discardElsewhere(Map.of(), StoredSubtask.classPathOfJobManager(), file, file);
        assertEquals(1, names("tombstones").size());
        Set<String> files = names("files");
        subtask.sweep();
        assertEquals(Set.of(), names("tombstones"));
        assertTrue(names("files").size() < files.size(), names("files") + " of " + files);
        RocksDBStateBackend next = subtask.restore(second);
        assertEquals(random(2), state(next, 1).value());
        assertThrows(Exception.class, () -> subtask.restore(first));
        second.discardState();
        subtask.sweep();
        assertEquals(Set.of(), names("files"));
        state(next, 1).update("three");
        KvStateSnapshot<?, ?, ?, ?, ?> third = snapshot(next, 3);
        assertEquals("three", state(subtask.restore(third), 1).value());
    }

    /** It runs on newer JDKs. */
    @Test
    void a_newer_Hadoop_that_is_first_on_the_class_path_discards_a_snapshot_for_Flink() throws Exception {
        RocksDBStateBackend backend = subtask.start();
        state(backend, 1).update("one");
        Path file = scratch.resolve("snapshot");
        BackendProgram.write(snapshot(backend, 1), file);
        List<String> classPath = StoredSubtask.classPathOfJobManager();
        classPath.add(0, cluster.classPath());
        discardElsewhere(Map.of(), classPath, file);
        assertEquals(1, names("tombstones").size());
        assertEquals(2, names("sequence").size(), "an epoch and a void");
    }

    @Test
    void a_zombie_attempt_is_fenced() throws Exception {
        RocksDBStateBackend zombie = subtask.start();
        state(zombie, 1).update("one");
        RocksDBStateBackend next = subtask.restore(snapshot(zombie, 1));
        state(next, 1).update("next");
        KvStateSnapshot<?, ?, ?, ?, ?> nexts = snapshot(next, 2);
        assertFenced(zombie);
        assertEquals("next", state(subtask.restore(nexts), 1).value());
    }

    /** The plain removal of the largest number would let the old writer publish behind the new one's epoch. */
    @Test
    void a_zombie_attempt_is_fenced_after_the_newest_snapshot_is_discarded() throws Exception {
        assumeFlinkReachesHdfs();
        RocksDBStateBackend zombie = subtask.start();
        state(zombie, 1).update("one");
        RocksDBStateBackend next = subtask.restore(snapshot(zombie, 1));
        snapshot(next, 2).discardState();
        assertFenced(zombie);
    }

    private static void assertFenced(RocksDBStateBackend zombie) throws Exception {
        state(zombie, 1).update("zombie");
        Exception thrown = assertThrows(Exception.class, () -> snapshot(zombie, 2));
        assertTrue(thrown.getMessage().contains("a newer attempt of this task"), thrown.getMessage());
    }

    @Test
    void discards_may_race_with_each_other_and_with_the_writer() throws Exception {
        assumeFlinkReachesHdfs();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            RocksDBStateBackend backend = subtask.start();
            state(backend, 1).update("round 0");
            KvStateSnapshot<?, ?, ?, ?, ?> last = snapshot(backend, 0);
            int rounds = "1".equals(System.getenv("GABION_SOAK")) ? 200 : 2;
            for (int round = 1; round <= rounds; round++) {
                state(backend, 1).update("round " + round);
                KvStateSnapshot<?, ?, ?, ?, ?> victim = last;
                Callable<Void> discard = () -> {
                    victim.discardState();
                    return null;
                };
                Future<Void> one = threads.submit(discard);
                Future<Void> other = threads.submit(discard);
                last = snapshot(backend, round);
                one.get();
                other.get();
            }
            subtask.sweep();
            assertEquals(Set.of(), names("tombstones"));
            assertEquals("round " + rounds, state(subtask.restore(last), 1).value());
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void the_directories_of_jobs_that_ended_are_found_for_a_sweep() throws Exception {
        assumeFlinkReachesHdfs();
        RocksDBStateBackend ended = subtask.start();
        state(ended, 1).update("one");
        snapshot(ended, 1).discardState();
        ended.dispose();
        NativeSnapshotStore store = new NativeSnapshotStore(url(), Map.of());
        assertEquals(subtask.directory(), new StoreSweeper(store, store.directory(new JobID(), "another")).other());
        assertNull(new StoreSweeper(store, subtask.directory()).other(), "its own is swept anyway");
    }

    @Test
    void an_object_is_made_once_and_nothing_else_is_left() throws Exception {
        assumeFlinkReachesHdfs();
        StoreObjects store = StoreObjects.open(StoreUrl.parse(url()));
        String name = "sequence/00000000000000000001";
        assertNull(store.read(name));
        assertEquals(List.of(), store.list("sequence"));
        store.delete(name);
        assertTrue(store.create(name, SOME));
        assertFalse(store.create(name, new byte[0]));
        assertTrue(store.claim(name, SOME));
        assertFalse(store.claim(name, new byte[0]));
        assertArrayEquals(SOME, store.read(name));
        assertEquals(List.of("00000000000000000001"), store.list("sequence"));
        store.delete(name);
        store.delete(name);
        assertNull(store.read(name));
        assertEquals(Set.of(), cluster.files(path));
    }

    @Test
    void a_path_with_odd_characters_means_the_same_to_both_clients() throws Exception {
        assumeFlinkReachesHdfs();
        StoredSubtask odd = new StoredSubtask(scratch, url() + "/a b%20c#d?e+\u00fc", Map.of());
        try {
            RocksDBStateBackend backend = odd.start();
            state(backend, 1).update("one");
            snapshot(backend, 1).discardState();
            assertEquals(1, StoreObjects.open(odd.directory()).list("tombstones").size());
            KvStateSnapshot<?, ?, ?, ?, ?> second = snapshot(backend, 2);
            assertEquals("one", state(odd.restore(second), 1).value());
            try (SnapshotDirectory all = new SnapshotDirectory(StoreUrl.forGabion(odd.directory()), new Options())) {
                assertEquals(1, all.list().size());
            }
        } finally {
            odd.dispose();
        }
    }

    @Test
    void a_name_node_that_is_not_there_fails_the_checkpoint_with_a_sentence() throws Exception {
        StoredSubtask nowhere = new StoredSubtask(
                scratch, "hdfs://127.0.0.1:1/path", Map.of("store.retries", "0", "dfs.client.failover.max.attempts", "1"));
        try {
            RocksDBStateBackend backend = nowhere.start();
            state(backend, 1).update("one");
            Exception thrown = assertThrows(Exception.class, () -> snapshot(backend, 1));
            assertTrue(thrown.getMessage().contains("hdfs://127.0.0.1:1/path"), thrown.getMessage());
            assertTrue(thrown.getMessage().contains("nobody listens at the address"), thrown.getMessage());
        } finally {
            nowhere.dispose();
        }
    }

    /** Files of Hadoop's that name the two name nodes {@code prod}. */
    private Path configuration() throws IOException {
        Path folder = Files.createDirectories(scratch.resolve("hadoop"));
        Files.writeString(folder.resolve("core-site.xml"), xml(Map.of("fs.defaultFS", "hdfs://prod")));
        Files.writeString(folder.resolve("hdfs-site.xml"), xml(Map.of(
                "dfs.nameservices", "prod",
                "dfs.ha.namenodes.prod", "a,b",
                "dfs.namenode.rpc-address.prod.a", cluster.nameNode(0),
                "dfs.namenode.rpc-address.prod.b", cluster.nameNode(1),
                "dfs.client.failover.proxy.provider.prod",
                "org.apache.hadoop.hdfs.server.namenode.ha.ConfiguredFailoverProxyProvider")));
        return folder;
    }

    private static String xml(Map<String, String> properties) {
        StringBuilder text = new StringBuilder("<?xml version=\"1.0\"?>\n<configuration>\n");
        properties.forEach((name, value) -> text.append("<property><name>").append(name).append("</name><value>")
                .append(value).append("</value></property>\n"));
        return text.append("</configuration>\n").toString();
    }

    @Test
    void HADOOP_CONF_DIR_names_a_name_service_to_both_clients_and_a_failover_is_followed() throws Exception {
        Path folder = configuration();
        Map<String, String> environment = Map.of("HADOOP_CONF_DIR", folder.toString());
        Path first = scratch.resolve("first");
        Path second = scratch.resolve("second");
        List<String> whole = new ArrayList<>(List.of(System.getProperty("java.class.path").split(File.pathSeparator)));
        String said = TestJvm.run(
                scratch, environment, whole, TaskProgram.class, "hdfs://prod" + path, scratch, first, second);
        assertTrue(said.contains("restored two"), said);
        cluster.tell("fail-over 0");
        try {
            StoredSubtask other = new StoredSubtask(
                    scratch, "hdfs://prod" + path, Map.of("store.hadoop_conf_dir", folder.toString()));
            try {
                RocksDBStateBackend backend = other.restore(BackendProgram.read(second));
                assertEquals("two", state(backend, 1).value());
                assumeFlinkReachesHdfs();
                discardElsewhere(environment, StoredSubtask.classPathOfJobManager(), first);
                assertThrows(Exception.class, () -> other.restore(BackendProgram.read(first)));
                assertEquals("two", state(other.restore(BackendProgram.read(second)), 1).value());
            } finally {
                other.dispose();
            }
        } finally {
            cluster.tell("fail-over 1");
        }
    }

    @Test
    void Flinks_configuration_and_the_stores_options_name_a_name_service_too() throws Exception {
        String folder = configuration().toString();
        Configuration flink = new Configuration();
        flink.setString("fs.hdfs.hadoopconf", folder);
        GlobalConfiguration.includeConfiguration(flink);
        for (String authority : new String[] {"prod", ""}) { // the second one is that of fs.defaultFS
            StoredSubtask named = new StoredSubtask(
                    scratch, "hdfs://" + authority + path, Map.of("store.hadoop_conf_dir", folder));
            try {
                RocksDBStateBackend backend = named.start();
                state(backend, 1).update("one");
                KvStateSnapshot<?, ?, ?, ?, ?> snapshot = snapshot(backend, 1);
                assertEquals("one", state(named.restore(snapshot), 1).value());
                assumeFlinkReachesHdfs();
                snapshot.discardState();
                assertThrows(Exception.class, () -> named.restore(snapshot));
            } finally {
                named.dispose();
            }
        }
    }

    /** What there was before there were stores: copies through Flink's client. */
    @Test
    void without_a_store_a_checkpoint_is_copied_and_goes_with_the_empty_directories_above_it() throws Exception {
        assumeFlinkReachesHdfs();
        RocksDBStateBackend backend = new RocksDBStateBackend(url());
        backend.setDbStoragePath(scratch.resolve("storage").toString());
        subtask.restart(backend);
        for (boolean fullyAsync : new boolean[] {false, true}) {
            if (fullyAsync) {
                backend.enableFullyAsyncSnapshots();
            }
            state(backend, 1).update(random(1));
            KvStateSnapshot<?, ?, ?, ?, ?> copied = snapshot(backend, 1);
            assertTrue(cluster.bytes(path) >= copied.getStateSize(), cluster.files(path).toString());
            backend.dispose();
            BackendProgram.restore(subtask.restart(backend), copied);
            assertEquals(random(1), state(backend, 1).value());
            copied.discardState();
            assertEquals(Set.of(), cluster.files(path));
        }
        // Flink's own backend makes this one for what is fully asynchronous.
        org.apache.flink.core.fs.Path last = new org.apache.flink.core.fs.Path(url() + "/" + subtask.job());
        assertEquals(0, last.getFileSystem().listStatus(last).length);
    }
}
