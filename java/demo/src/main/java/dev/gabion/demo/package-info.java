/**
 * The demo: what a stream engine's operator does, killed three times and compared with plain Java collections.
 *
 * <p>Two programs that talk by lines of text. {@link dev.gabion.demo.Job} does the work: it reads text, keeps its state
 * in Gabion and takes a snapshot every second. {@link dev.gabion.demo.Demo} starts it as a child process, kills it,
 * starts it again, and judges the result.
 */
package dev.gabion.demo;
