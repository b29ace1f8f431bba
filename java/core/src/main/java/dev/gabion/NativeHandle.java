package dev.gabion;

import java.lang.ref.Cleaner;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * One native object and its three promises: a call pins it, closing refuses new calls at once and frees it when the last
 * running call returns, and what nobody closes is closed when its owner has become unreachable.
 *
 * <p>It does not refer to the Java object that owns it; that object refers to it.
 */
final class NativeHandle implements Runnable {
    /** Added to the pins of a closed handle, so that they are negative however many calls still run. */
    private static final long CLOSED = Long.MIN_VALUE;

    private static final LongConsumer NOTHING = address -> {};
    private static final Cleaner CLEANER = Cleaner.create();

    private final AtomicLong pins = new AtomicLong();
    private final String noun;
    private final long address;
    private final LongConsumer stop;
    private final LongConsumer free;
    private final NativeHandle parent;
    private final Set<NativeHandle> children = ConcurrentHashMap.newKeySet(1);
    private Cleaner.Cleanable cleanable;

    private NativeHandle(NativeHandle parent, String noun, long address, LongConsumer stop, LongConsumer free) {
        this.parent = parent;
        this.noun = noun;
        this.address = address;
        this.stop = stop;
        this.free = free;
    }

    /** Takes over the native object at {@code address} for {@code owner}; closing {@code parent}, if any, closes it too. */
    static NativeHandle own(Object owner, NativeHandle parent, String noun, long address, LongConsumer free) {
        return own(owner, parent, noun, address, NOTHING, free);
    }

    /** As above; {@code stop} runs once, when closing begins, and may wait for running calls to end. */
    static NativeHandle own(
            Object owner, NativeHandle parent, String noun, long address, LongConsumer stop, LongConsumer free) {
        NativeHandle handle = new NativeHandle(parent, noun, address, stop, free);
        handle.cleanable = CLEANER.register(owner, handle);
        if (parent != null) {
            parent.children.add(handle);
            if (parent.isClosed()) { // it may have closed its children before this one was among them
                handle.close();
                parent.checkOpen();
            }
        }
        return handle;
    }

    /** Keeps the object alive until {@link #unpin}; any number of calls at once. */
    long pin() {
        long seen;
        do {
            seen = pins.get();
            if (seen < 0) {
                throw closed();
            }
        } while (!pins.compareAndSet(seen, seen + 1));
        return address;
    }

    /** Keeps the object alive until {@link #unpin}; one call at a time. */
    long pinAlone() {
        if (!pins.compareAndSet(0, 1)) {
            checkOpen();
            throw new IllegalStateException("another thread is using the " + noun + "; it belongs to one thread at a time");
        }
        return address;
    }

    void unpin() {
        if (pins.decrementAndGet() == CLOSED) {
            free.accept(address);
        }
    }

    boolean isClosed() {
        return pins.get() < 0;
    }

    void checkOpen() {
        if (isClosed()) {
            throw closed();
        }
    }

    /** Closes the object; whoever calls this, also as the second, finds it closed when the call returns. */
    void close() {
        try {
            run();
        } finally {
            cleanable.clean(); // deregisters; the run that comes with it does nothing
        }
    }

    /** For {@link #close} and the cleaner. What fails keeps nothing open; the first failure is thrown, with the later ones. */
    @Override
    public synchronized void run() {
        if (isClosed()) {
            return;
        }
        pins.getAndAdd(CLOSED + 1); // closed to others, pinned by this call
        Throwable failure = attempt(null, () -> stop.accept(address));
        for (NativeHandle child : children) {
            failure = attempt(failure, child::close);
        }
        failure = attempt(failure, this::unpin);
        if (parent != null) {
            parent.children.remove(this);
        }
        if (failure instanceof Error) {
            throw (Error) failure;
        }
        if (failure != null) {
            throw (RuntimeException) failure;
        }
    }

    private static Throwable attempt(Throwable earlier, Runnable step) {
        try {
            step.run();
            return earlier;
        } catch (RuntimeException | Error failure) {
            if (earlier == null) {
                return failure;
            }
            if (earlier != failure) {
                earlier.addSuppressed(failure);
            }
            return earlier;
        }
    }

    private IllegalStateException closed() {
        return new IllegalStateException("the " + noun + " is closed");
    }
}
