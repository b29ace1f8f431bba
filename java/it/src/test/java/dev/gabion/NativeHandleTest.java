package dev.gabion;

import static dev.gabion.Given.assertClosed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class NativeHandleTest {
    private final List<String> events = new ArrayList<>();

    private NativeHandle handle(Object owner, NativeHandle parent, String noun) {
        return NativeHandle.own(
                owner, parent, noun, 42, address -> events.add("stop " + noun), address -> events.add("free " + noun));
    }

    @Test
    void a_handle_is_freed_when_the_last_call_has_returned() {
        NativeHandle handle = handle(this, null, "thing");
        assertEquals(42, handle.pin());
        assertEquals(42, handle.pin());
        handle.close();
        assertClosed(handle::pin, handle::pinAlone, handle::checkOpen);
        handle.unpin();
        assertEquals(List.of("stop thing"), events);
        handle.unpin();
        assertEquals(List.of("stop thing", "free thing"), events);
        handle.close();
        assertEquals(List.of("stop thing", "free thing"), events);
    }

    @Test
    void a_parent_closes_its_children_before_it_is_freed() {
        NativeHandle parent = handle(this, null, "parent");
        NativeHandle child = handle(new Object(), parent, "child");
        handle(new Object(), parent, "other").close();
        parent.close();
        assertEquals(
                List.of("stop other", "free other", "stop parent", "stop child", "free child", "free parent"), events);
        assertClosed(child::pin);
    }

    @Test
    void a_failure_to_stop_leaves_nothing_open() {
        NativeHandle parent = NativeHandle.own(
                this,
                null,
                "parent",
                42,
                address -> {
                    throw new IllegalArgumentException("on purpose");
                },
                address -> events.add("free parent"));
        handle(new Object(), parent, "child");
        assertThrows(IllegalArgumentException.class, parent::close);
        assertEquals(List.of("stop child", "free child", "free parent"), events);
        assertClosed(parent::pin);
    }

    private static NativeHandle failing(Object owner, NativeHandle parent, String noun) {
        return NativeHandle.own(owner, parent, noun, 42, address -> {
            throw new IllegalArgumentException("no free of " + noun);
        });
    }

    @Test
    void a_child_that_fails_to_close_leaves_the_others_closed() {
        NativeHandle parent = handle(this, null, "parent");
        List<NativeHandle> children = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            children.add(failing(new Object(), parent, "child"));
            children.add(handle(new Object(), parent, "child"));
        }
        Throwable thrown = assertThrows(IllegalArgumentException.class, parent::close);
        assertEquals("no free of child", thrown.getMessage());
        assertEquals(9, thrown.getSuppressed().length);
        assertEquals(10, events.stream().filter("free child"::equals).count());
        assertEquals("free parent", events.get(events.size() - 1));
        children.forEach(child -> assertClosed(child::pin));
        parent.close();
    }

    @Test
    void a_child_that_comes_too_late_is_closed_at_once() {
        NativeHandle parent = handle(this, null, "parent");
        parent.close();
        assertClosed(() -> handle(new Object(), parent, "child"));
        assertEquals(List.of("stop parent", "free parent", "stop child", "free child"), events);
    }

    @Test
    void a_second_thread_cannot_use_what_belongs_to_one() {
        NativeHandle handle = handle(this, null, "scan");
        handle.pinAlone();
        IllegalStateException thrown = assertThrows(IllegalStateException.class, handle::pinAlone);
        assertTrue(thrown.getMessage().contains("scan"), thrown.getMessage());
        handle.unpin();
        handle.pinAlone();
        handle.close();
        assertClosed(handle::pinAlone);
        handle.unpin();
        assertEquals(List.of("stop scan", "free scan"), events);
    }

    @Test
    void what_nobody_closes_is_freed_when_it_is_unreachable() throws Exception {
        AtomicInteger freed = new AtomicInteger();
        NativeHandle.own(new Object(), null, "lost thing", 1, address -> freed.incrementAndGet());
        for (int i = 0; i < 200 && freed.get() == 0; i++) {
            System.gc();
            Thread.sleep(50);
        }
        assertEquals(1, freed.get());
    }

    @Test
    void racing_calls_and_closes_free_once_and_never_under_a_call() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(5);
        try {
            int rounds = Given.soak() ? 200_000 : 20_000;
            for (int round = 0; round < rounds; round++) {
                race(threads);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private void race(ExecutorService threads) throws Exception {
        AtomicInteger freed = new AtomicInteger();
        AtomicBoolean wrong = new AtomicBoolean();
        NativeHandle handle = NativeHandle.own(this, null, "thing", 1, address -> freed.incrementAndGet());
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            running.add(threads.submit(() -> {
                try {
                    handle.pin();
                } catch (IllegalStateException closed) {
                    return;
                }
                if (freed.get() != 0) {
                    wrong.set(true);
                }
                handle.unpin();
            }));
        }
        running.add(threads.submit(handle::close));
        running.add(threads.submit(handle::close));
        for (Future<?> each : running) {
            each.get();
        }
        assertEquals(1, freed.get());
        assertEquals(false, wrong.get());
    }
}
