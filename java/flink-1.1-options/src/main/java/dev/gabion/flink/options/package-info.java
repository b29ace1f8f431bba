/**
 * What a backend reads from the options that its user has set on {@code org.rocksdb}'s classes.
 */
package dev.gabion.flink.options;
