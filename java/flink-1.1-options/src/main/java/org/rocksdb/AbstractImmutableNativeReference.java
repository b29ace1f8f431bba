package org.rocksdb;

/** An object that is in use until it is freed. Freeing it here is only remembered: it works as before. Any thread. */
public abstract class AbstractImmutableNativeReference extends AbstractNativeReference {
    private volatile boolean freed;

    AbstractImmutableNativeReference() {}

    /**
     * Returns whether the object has not been freed.
     *
     * @return whether it is in use
     */
    @Override
    public boolean isOwningHandle() {
        return !freed;
    }

    @Override
    public void close() {
        freed = true;
    }
}
