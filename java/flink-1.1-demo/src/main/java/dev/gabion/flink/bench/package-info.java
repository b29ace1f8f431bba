/**
 * The benchmark of the Flink 1.1 backend: Gabion, the original backend and Flink's state on the heap do the same by
 * turns.
 *
 * <p>{@link dev.gabion.flink.bench.Bench} drives one {@link dev.gabion.flink.bench.Worker} for each of them, in JVMs of
 * their own, since the backends have the same class names. They talk by lines of text.
 */
package dev.gabion.flink.bench;
