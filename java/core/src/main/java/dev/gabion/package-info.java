/**
 * Keyed state for stream engines, kept natively in RocksDB: raw bytes in, raw bytes out.
 *
 * <p>A {@link dev.gabion.Backend} holds {@link dev.gabion.ColumnFamily column families}; a {@link dev.gabion.Snapshot} is
 * the only thing that outlives it.
 *
 * <p><b>Closing.</b> What is {@link java.lang.AutoCloseable} is closed by its owner, in any order, as often as one likes,
 * and while other threads use it: running calls end first. Closing a backend closes everything that it handed out. Any
 * later call on a closed object throws {@link java.lang.IllegalStateException}. What nobody closes is freed, in the same
 * order, some time after it has become unreachable; count on that for nothing.
 *
 * <p><b>Threads.</b> A backend has one writer at a time and any number of readers. A write, or another method marked as
 * <i>a writer's call</i>, that meets another one in progress on the same backend throws {@link dev.gabion.GabionException}
 * with {@link dev.gabion.GabionException.Code#CONCURRENT_WRITE}. {@link dev.gabion.Batch} and {@link dev.gabion.Scan} belong
 * to one thread at a time; using one from two at once throws {@link java.lang.IllegalStateException}.
 *
 * <p><b>Absent</b> is {@code null} or -1, never an exception. Arguments are never null, unless their documentation says
 * so: {@link java.lang.NullPointerException}. Arrays that are passed in are read before the call returns and never kept;
 * arrays that are returned are the caller's own.
 *
 * <p><b>Failures</b> of the engine are {@link dev.gabion.GabionException}, unchecked, with a code to branch on and a
 * message that says what was asked, what was found and what to do.
 */
package dev.gabion;
