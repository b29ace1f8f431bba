package dev.gabion.demo;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * What the job says to its driver, on standard output. Any number of threads.
 *
 * <p>A message is one {@code write} to a pipe, shorter than {@code PIPE_BUF}: a kill leaves it whole or away.
 */
final class Outbox {
    private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);

    synchronized void say(Message message) {
        try {
            out.write((message + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("the driver does not listen any more", e);
        }
    }
}
