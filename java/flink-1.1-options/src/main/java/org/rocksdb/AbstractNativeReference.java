package org.rocksdb;

/** What RocksDB's Java objects have in common: they can be freed. Here there is nothing to free. */
public abstract class AbstractNativeReference implements AutoCloseable {
    /** For subclasses. */
    public AbstractNativeReference() {}

    /**
     * Returns whether the object has not been freed.
     *
     * @return whether it is in use
     */
    protected abstract boolean isOwningHandle();

    /** Marks the object as freed; twice is fine. */
    @Override
    public abstract void close();

    /** The older name of {@link #close}. */
    public final void dispose() {
        close();
    }
}
