package dev.gabion;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Closes the open backends when the JVM exits: native threads that still worked then would meet a process that is being
 * taken apart. The hook exists only while a backend is open, so that it keeps no class loader alive.
 */
final class ExitGuard {
    /** How long an exit may wait for backends to close. */
    private static final long DEADLINE_MILLIS = 3000;

    private static final Map<Long, NativeHandle> OPEN = new ConcurrentHashMap<>();
    private static Thread hook;

    private ExitGuard() {}

    /** Throws {@link IllegalStateException} if the JVM is exiting. */
    static synchronized void add(long address, NativeHandle backend) {
        if (hook == null) {
            Thread thread = new Thread(ExitGuard::closeAll, "gabion-exit");
            Runtime.getRuntime().addShutdownHook(thread);
            hook = thread;
        }
        OPEN.put(address, backend);
    }

    static synchronized void remove(long address) {
        OPEN.remove(address);
        if (OPEN.isEmpty() && hook != null) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException exiting) {
                return; // the hook is what closes this backend, or is about to find nothing to do
            }
            hook = null;
        }
    }

    private static void closeAll() {
        Thread closer = new Thread(() -> OPEN.values().forEach(NativeHandle::close), "gabion-exit-close");
        closer.setDaemon(true);
        closer.start();
        try {
            closer.join(DEADLINE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
