/**
 * The Flink demo: a job of Apache Flink 1.1 with its keyed state in Gabion, failed in the middle and compared with plain
 * Java.
 *
 * <p>Two programs that talk by lines of text. {@link dev.gabion.flink.demo.WordCount} is the job; it runs on Flink's
 * local mini cluster, in a JVM whose heap is smaller than its state. {@link dev.gabion.flink.demo.FlinkDemo} starts it,
 * once for each way to take snapshots, and judges the result.
 */
package dev.gabion.flink.demo;
