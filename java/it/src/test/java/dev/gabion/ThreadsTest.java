package dev.gabion;

import static dev.gabion.Given.bytes;
import static dev.gabion.Given.family;
import static dev.gabion.Given.get;
import static dev.gabion.Given.put;
import static dev.gabion.Given.storage;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gabion.GabionException.Code;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThreadsTest {
    private static final int READERS = 8;

    @TempDir Path scratch;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() throws Exception {
        threads.shutdownNow();
        assertTrue(threads.awaitTermination(1, TimeUnit.MINUTES));
    }

    private static byte[] value(int i) {
        byte[] value = new byte[8 + i % 3000];
        Arrays.fill(value, (byte) i);
        return value;
    }

    /** Runs {@code body} until it meets the closed backend; anything else that it throws fails the test. */
    private Future<?> untilClosed(CountDownLatch started, Runnable body) {
        return threads.submit(() -> {
            started.countDown();
            try {
                while (true) {
                    body.run();
                }
            } catch (IllegalStateException closed) {
                assertTrue(closed.getMessage().contains("closed"), closed.getMessage());
            }
        });
    }

    @Test
    void a_backend_can_be_closed_while_eight_threads_read_and_one_writes() throws Exception {
        int rounds = Given.soak() ? 1000 : 25;
        Random random = new Random(42);
        for (int round = 0; round < rounds; round++) {
            Backend backend = Backend.open(storage(scratch));
            ColumnFamily family = family(backend, "f");
            for (int i = 0; i < 300; i++) {
                family.put(bytes("k" + i), value(i));
            }
            View view = backend.view();
            CountDownLatch started = new CountDownLatch(READERS + 1);
            List<Future<?>> running = new ArrayList<>();
            for (int reader = 0; reader < READERS; reader++) {
                int kind = reader;
                Random own = new Random(reader);
                running.add(untilClosed(started, () -> read(family, view, kind, own.nextInt(300))));
            }
            running.add(untilClosed(started, () -> put(family, "written", "x")));
            started.await();
            Thread.sleep(random.nextInt(20));
            Path directory = backend.directory();
            backend.close();
            assertFalse(Files.exists(directory));
            for (Future<?> each : running) {
                each.get(1, TimeUnit.MINUTES);
            }
        }
    }

    private static void read(ColumnFamily family, View view, int kind, int i) {
        byte[] key = bytes("k" + i);
        if (kind % 4 == 0) {
            assertArrayEquals(value(i), family.get(key));
        } else if (kind % 4 == 1) {
            assertArrayEquals(value(i), family.multiGet(List.of(key)).get(0));
        } else if (kind % 4 == 2) {
            assertArrayEquals(value(i), view.get(family, key));
        } else {
            try (Scan scan = family.scan(ScanRange.of(key, null), view)) {
                for (int row = 0; row < 20 && scan.next(); row++) {
                    assertTrue(scan.value().length >= 8);
                }
            }
        }
    }

    @Test
    void closing_from_several_threads_at_once_is_one_close() throws Exception {
        for (int round = 0; round < 20; round++) {
            Backend backend = Backend.open(storage(scratch));
            Path directory = backend.directory();
            put(family(backend, "f"), "k", "v");
            List<Future<Boolean>> closers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                closers.add(threads.submit(() -> {
                    backend.close();
                    return Files.exists(directory);
                }));
            }
            for (Future<Boolean> closer : closers) {
                assertFalse(closer.get(), "the directory was still there when a close returned");
            }
        }
    }

    @Test
    void children_that_are_made_while_the_backend_closes_are_closed_too() throws Exception {
        for (int round = 0; round < 50; round++) {
            Backend backend = Backend.open(storage(scratch));
            ColumnFamily family = family(backend, "f");
            CountDownLatch started = new CountDownLatch(3);
            List<Future<?>> running = new ArrayList<>();
            running.add(untilClosed(started, () -> backend.columnFamily(bytes("f")).name()));
            running.add(untilClosed(started, () -> backend.columnFamilies().get(0).name()));
            running.add(untilClosed(started, () -> {
                backend.view().close();
                family.scan(ScanRange.all()).close();
            }));
            started.await();
            backend.close();
            for (Future<?> each : running) {
                each.get(1, TimeUnit.MINUTES);
            }
        }
    }

    @Test
    void two_writers_at_once_are_told_so_and_nothing_is_torn() throws Exception {
        try (Backend backend = Backend.open(storage(scratch))) {
            ColumnFamily family = family(backend, "f");
            ConcurrentHashMap<String, Integer> written = new ConcurrentHashMap<>();
            AtomicBoolean refused = new AtomicBoolean();
            List<Future<?>> writers = new ArrayList<>();
            for (int writer = 0; writer < 4; writer++) {
                int id = writer;
                writers.add(threads.submit(() -> {
                    for (int i = 0; i < 5000; i++) {
                        String key = "w" + id + "-" + i;
                        try {
                            family.put(bytes(key), value(id * 7 + i));
                            written.put(key, id * 7 + i);
                        } catch (GabionException e) {
                            assertEquals(Code.CONCURRENT_WRITE, e.code(), e.getMessage());
                            refused.set(true);
                        }
                    }
                }));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
            written.forEach((key, i) -> assertArrayEquals(value(i), family.get(bytes(key)), key));
            try (Scan scan = family.scan(ScanRange.all())) {
                int rows = 0;
                while (scan.next()) {
                    rows++;
                }
                assertEquals(written.size(), rows);
            }
        }
    }

    @Test
    void a_batch_or_scan_that_two_threads_use_refuses_one_and_stays_whole() throws Exception {
        try (Backend backend = Backend.open(storage(scratch));
                Batch batch = new Batch()) {
            ColumnFamily family = family(backend, "f");
            for (int i = 0; i < 5000; i++) {
                family.put(bytes("k" + i), value(i));
            }
            AtomicLong added = new AtomicLong();
            AtomicLong seen = new AtomicLong();
            try (Scan scan = family.scan(ScanRange.all())) {
                List<Future<?>> users = new ArrayList<>();
                for (int user = 0; user < 4; user++) {
                    users.add(threads.submit(() -> {
                        for (int i = 0; i < 5000; i++) {
                            int number = i;
                            added.addAndGet(unlessBusy(() -> batch.put(family, bytes("b" + number), value(number)) != null));
                            seen.addAndGet(unlessBusy(scan::next));
                        }
                    }));
                }
                for (Future<?> user : users) {
                    user.get();
                }
                while (scan.next()) {
                    seen.incrementAndGet();
                }
            }
            assertEquals(5000, seen.get());
            assertEquals(added.get(), batch.count());
            backend.write(batch);
        }
    }

    /** 1 if the call said true, 0 if it said false or that the object is in use. */
    private static int unlessBusy(BooleanSupplier call) {
        try {
            return call.getAsBoolean() ? 1 : 0;
        } catch (IllegalStateException busy) {
            assertTrue(busy.getMessage().contains("another thread"), busy.getMessage());
            return 0;
        }
    }

    @Test
    void readers_beside_the_writer_read_their_own_bytes() throws Exception {
        try (Backend backend = Backend.open(storage(scratch))) {
            ColumnFamily family = family(backend, "f");
            for (int i = 0; i < 1000; i++) {
                family.put(bytes("k" + i), value(i));
            }
            List<Future<?>> readers = new ArrayList<>();
            for (int reader = 0; reader < READERS; reader++) {
                Random random = new Random(reader);
                readers.add(threads.submit(() -> {
                    byte[] into = new byte[4000];
                    for (int round = 0; round < 20_000; round++) {
                        int i = random.nextInt(1000);
                        byte[] expected = value(i);
                        assertEquals(expected.length, family.get(bytes("k" + i), into));
                        assertArrayEquals(expected, Arrays.copyOf(into, expected.length));
                    }
                }));
            }
            for (int i = 0; i < 20_000; i++) {
                family.put(bytes("other" + i % 100), value(i));
            }
            for (Future<?> reader : readers) {
                reader.get();
            }
        }
    }

    @Test
    void the_writer_may_be_another_thread_each_time() throws Exception {
        try (Backend backend = Backend.open(storage(scratch))) {
            ColumnFamily family = family(backend, "f");
            for (int i = 0; i < 200; i++) {
                String text = "v" + i;
                Thread writer = new Thread(() -> put(family, "k", text));
                writer.start();
                writer.join();
                assertEquals(text, get(family, "k"));
                if (i % 3 == 0) {
                    put(family, "mine", text);
                    assertEquals(text, get(family, "mine"));
                }
            }
        }
    }
}
