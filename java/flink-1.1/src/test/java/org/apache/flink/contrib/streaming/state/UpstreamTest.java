package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.flink.runtime.state.KvStateSnapshot;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** State goes from the real backend of Flink 1.1.3 to Gabion, and back. */
class UpstreamTest {
    private static final int STEPS = 1500;

    @TempDir Path scratch;

    @BeforeAll
    static void rocksdbjni_4_5_1_is_there_for_this_machine() {
        String machine = System.getProperty("os.arch");
        assumeTrue(machine.equals("amd64"), "upstream's native library is not published for " + machine);
    }

    /** Runs upstream for some steps; answers the file of its snapshot. */
    private Path upstream(long seed, Sample keys, int states, int before, Path from, int steps) throws Exception {
        Path to = scratch.resolve("upstream-" + UUID.randomUUID());
        String said = TestJvm.run(
                scratch, classPath(), BackendProgram.class, scratch, seed, keys, states, before, from == null ? "-" : from, steps, to);
        assertTrue(said.contains("flink-statebackend-rocksdb_2.10-1.1.3.jar"), said);
        return to;
    }

    /** Upstream's jars first, whose classes have the names of ours; of the rest nothing of Gabion or another Flink. */
    private static List<String> classPath() throws Exception {
        List<String> entries = new ArrayList<>();
        try (Stream<Path> jars = Files.list(Path.of(System.getProperty("gabion.upstream")))) {
            jars.map(Path::toString).sorted().forEach(entries::add);
        }
        entries.add(TestJvm.location(BackendProgram.class));
        entries.addAll(TestJvm.jars(name -> !name.matches("(flink|gabion|rocksdbjni)-.*")));
        return entries;
    }

    /** Runs Gabion for some steps; answers the file of its snapshot in upstream's format. */
    private Path gabion(Scenario scenario, Path from, int steps) throws Exception {
        RocksDBStateBackend backend = BackendProgram.backend(scratch, scenario.keySerializer());
        try {
            backend.enableFlinkFormatSnapshots();
            if (from != null) {
                KvStateSnapshot<?, ?, ?, ?, ?> snapshot = BackendProgram.read(from);
                BackendProgram.restore(backend, snapshot);
                snapshot.discardState();
                scenario.verify(backend);
            }
            scenario.run(backend, steps);
            scenario.verify(backend);
            Path to = scratch.resolve("gabion-" + UUID.randomUUID());
            BackendProgram.write(BackendProgram.materialized(backend, 7), to);
            return to;
        } finally {
            backend.dispose();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"INT", "STRING", "BYTES", "POJO"})
    void a_job_comes_from_upstream_goes_back_and_returns(Sample keys) throws Exception {
        Scenario scenario = new Scenario(11, keys, 16);
        Path there = upstream(11, keys, 16, 0, null, STEPS);
        scenario.run(null, STEPS);
        Path here = gabion(scenario, there, STEPS);
        Path back = upstream(11, keys, 16, 2 * STEPS, here, STEPS);
        scenario.run(null, STEPS);
        gabion(scenario, back, 1);
    }

    @Test
    void a_job_that_began_here_can_leave_and_take_130_states_along() throws Exception {
        Scenario scenario = new Scenario(12, Sample.LONG, 130);
        Path here = gabion(scenario, null, 2000);
        Path there = upstream(12, Sample.LONG, 130, 2000, here, 500);
        scenario.run(null, 500);
        gabion(scenario, there, 1);
    }

    /** What no program has asked for since it was restored is neither lost nor changed by a passage. */
    @Test
    void states_that_nobody_touches_pass_through_unchanged() throws Exception {
        Path there = upstream(13, Sample.STRING, 16, 0, null, STEPS);
        byte[] original = FlinkStreams.bytesOf(BackendProgram.read(there));
        RocksDBStateBackend backend = BackendProgram.backend(scratch, Sample.STRING.serializer());
        Path passed = scratch.resolve("passed");
        try {
            backend.enableFlinkFormatSnapshots();
            BackendProgram.restore(backend, FlinkStreams.snapshot(original));
            BackendProgram.write(BackendProgram.materialized(backend, 7), passed);
        } finally {
            backend.dispose();
        }
        upstream(13, Sample.STRING, 16, STEPS, passed, 1);
    }
}
