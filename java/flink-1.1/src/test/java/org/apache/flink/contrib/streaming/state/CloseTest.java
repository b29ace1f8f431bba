package org.apache.flink.contrib.streaming.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.api.common.state.FoldingState;
import org.apache.flink.api.common.state.FoldingStateDescriptor;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ReducingState;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.runtime.state.AsynchronousKvStateSnapshot;
import org.apache.flink.runtime.state.KvStateSnapshot;
import org.apache.flink.runtime.state.memory.MemoryStateBackend;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** close, dispose and what comes after them, from any thread. */
class CloseTest extends BackendTest {
    /** B4, B27, B29; checklist 7: the original crashed the JVM. */
    @ParameterizedTest
    @EnumSource
    void disposing_at_any_moment_ends_a_snapshot_cleanly(Mode mode) throws Exception {
        int rounds = soak() ? 1_000 : 60;
        Random random = new Random(7);
        for (int round = 0; round < rounds; round++) {
            Operator operator = new Operator(
                    backend(mode, checkpoints().toUri(), new MemoryStateBackend(64 << 20)), "op").start();
            for (int i = 0; i < 500; i++) {
                operator.key(i);
                operator.state(text("value")).update("value " + i);
                operator.state(texts("list")).add("element " + i);
            }
            List<AsynchronousKvStateSnapshot<?, ?, ?, ?, ?>> begun = List.of(operator.begin(1), operator.begin(2));
            List<Thread> threads = new ArrayList<>();
            List<Object> ends = new ArrayList<>();
            CountDownLatch go = new CountDownLatch(begun.size());
            for (AsynchronousKvStateSnapshot<?, ?, ?, ?, ?> each : begun) {
                Thread thread = new Thread(() -> {
                    go.countDown();
                    Object end;
                    try {
                        end = each.materialize();
                    } catch (Throwable t) {
                        end = t;
                    }
                    synchronized (ends) {
                        ends.add(end);
                    }
                });
                thread.start();
                threads.add(thread);
            }
            go.await();
            TimeUnit.MICROSECONDS.sleep(random.nextInt(4_000));
            if (random.nextBoolean()) {
                operator.backend.close();
            }
            long start = System.nanoTime();
            operator.backend.dispose();
            long millis = (System.nanoTime() - start) / 1_000_000;
            for (Thread thread : threads) {
                thread.join(60_000);
                assertFalse(thread.isAlive(), "round " + round);
            }
            assertTrue(millis < 20_000, "dispose took " + millis + " ms");
            for (Object end : ends) {
                if (end instanceof KvStateSnapshot) {
                    ((KvStateSnapshot<?, ?, ?, ?, ?>) end).discardState();
                } else {
                    assertTrue(end instanceof Exception, end.toString());
                }
            }
            assertEquals(List.of(), everything(storage()), "round " + round);
            assertEquals(List.of(), everything(checkpoints()), "round " + round);
        }
    }

    /** B28; checklist 8. */
    @Test
    void every_access_after_dispose_says_that_the_backend_was_disposed() throws Exception {
        Operator operator = operator(Mode.SEMI_ASYNC).start();
        ValueState<String> value = operator.state(text("value"));
        ListState<String> list = operator.state(texts("list"));
        ReducingState<String> reducing =
                operator.state(new ReducingStateDescriptor<>("reducing", (a, b) -> a + b, StringSerializer.INSTANCE));
        FoldingState<String, String> folding =
                operator.state(new FoldingStateDescriptor<>("folding", "", (a, b) -> a + b, StringSerializer.INSTANCE));
        operator.key(1);
        value.update("x");
        operator.backend.dispose();
        operator.key(1);
        Executable[] accesses = {
            value::value, () -> value.update("x"), value::clear, list::get, () -> list.add("x"), reducing::get,
            () -> reducing.add("x"), folding::get, () -> folding.add("x"), () -> operator.state(text("value")),
            () -> operator.state(text("another")), () -> operator.backend.snapshotPartitionedState(1, 2),
            () -> operator.backend.getColumnFamily(text("value"))
        };
        for (Executable access : accesses) {
            IllegalStateException thrown = assertThrows(IllegalStateException.class, access);
            assertTrue(thrown.getMessage().contains("disposed"), thrown.getMessage());
        }
        operator.start();
        operator.key(1);
        assertNull(operator.state(text("value")).value());
        assertThrows(IllegalStateException.class, value::value, "an object of the earlier life");
    }

    /** B29: the canceling thread closes while the task's thread works. */
    @Test
    void closing_and_disposing_while_the_task_works_ends_with_an_exception_there() throws Exception {
        for (int round = 0; round < 20; round++) {
            Operator operator = operator(Mode.SEMI_ASYNC).start();
            ValueState<String> value = operator.state(text("value"));
            operator.key(1);
            AtomicBoolean stop = new AtomicBoolean();
            AtomicReference<Throwable> end = new AtomicReference<>();
            Thread task = new Thread(() -> {
                try {
                    for (int i = 0; !stop.get(); i++) {
                        value.update("x" + i);
                        value.value();
                    }
                } catch (Throwable t) {
                    end.set(t);
                }
            });
            task.start();
            TimeUnit.MILLISECONDS.sleep(5);
            operator.backend.close();
            TimeUnit.MILLISECONDS.sleep(5);
            assertTrue(task.isAlive(), () -> "closing is not disposing: " + end.get());
            operator.backend.dispose();
            task.join(10_000);
            assertFalse(task.isAlive());
            assertTrue(end.get() instanceof RuntimeException, String.valueOf(end.get()));
        }
    }

    @Test
    void closing_and_disposing_again_and_before_the_start_does_nothing() throws Exception {
        Operator operator = operator(Mode.SEMI_ASYNC);
        operator.backend.close();
        operator.backend.dispose();
        operator.start();
        operator.state(text("value"));
        operator.backend.close();
        operator.backend.close();
        operator.backend.dispose();
        operator.backend.dispose();
        operator.backend.close();
    }

    @Test
    void a_second_start_ends_the_first_life() throws Exception {
        Operator operator = operator(Mode.SEMI_ASYNC).start();
        operator.key(1);
        ValueState<String> value = operator.state(text("value"));
        value.update("x");
        operator.start();
        assertThrows(IllegalStateException.class, value::value);
        assertNull(operator.state(text("value")).value(), "the base class must not hand out the objects of the first life");
    }

    @Test
    void the_field_db_is_there_from_start_to_dispose() throws Exception {
        Operator operator = operator(Mode.SEMI_ASYNC);
        assertNull(operator.backend.db);
        operator.start();
        assertNotNull(operator.backend.db);
        operator.backend.close();
        assertNotNull(operator.backend.db);
        operator.backend.dispose();
        assertNull(operator.backend.db);
    }

    @Test
    void before_the_start_there_is_nothing_to_snapshot_or_restore_to() throws Exception {
        Operator operator = operator(Mode.SEMI_ASYNC);
        assertThrows(IllegalStateException.class, () -> operator.backend.snapshotPartitionedState(1, 2));
        assertThrows(
                IllegalStateException.class,
                () -> operator.backend.injectKeyValueStateSnapshots(Operator.asMap(null)));
        assertThrows(RuntimeException.class, () -> operator.state(text("value")));
    }

    /** It is serialized with the job; what it keeps is its configuration. */
    @Test
    void a_backend_travels_before_during_and_after_its_life() throws Exception {
        Operator operator = operator(Mode.FULLY_ASYNC);
        operator.backend.setPredefinedOptions(PredefinedOptions.FLASH_SSD_OPTIMIZED);
        for (int i = 0; i < 3; i++) {
            RocksDBStateBackend copy = InstantiationUtil.deserializeObject(
                    InstantiationUtil.serializeObject(operator.backend), getClass().getClassLoader());
            assertEquals(PredefinedOptions.FLASH_SSD_OPTIMIZED, copy.getPredefinedOptions());
            assertEquals(List.of(storage().toString()), List.of(copy.getDbStoragePaths()));
            assertNull(copy.getStoragePaths());
            Operator other = operator(copy).start();
            other.key(1);
            other.state(text("value")).update("x");
            assertEquals("PortableSnapshot", other.begin(1).getClass().getSimpleName());
            if (i == 0) {
                operator.start();
                operator.state(text("value"));
            } else {
                operator.backend.dispose();
            }
        }
    }

    @Test
    void a_failure_of_the_other_backend_does_not_keep_the_database_open() throws Exception {
        Operator operator = operator(backend(Mode.SEMI_ASYNC, checkpoints().toUri(), new FailingEnd())).start();
        operator.state(text("value"));
        Exception thrown = assertThrows(Exception.class, operator.backend::dispose);
        assertEquals("the other backend can't be closed", thrown.getMessage());
        assertEquals(List.of(), everything(storage()));
    }

    private static final class FailingEnd extends MemoryStateBackend {
        private static final long serialVersionUID = 1L;

        private boolean failed;

        @Override
        public void close() {
            if (!failed) {
                failed = true;
                throw new IllegalStateException("the other backend can't be closed");
            }
        }
    }
}
