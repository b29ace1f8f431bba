package org.apache.flink.contrib.streaming.state;

import java.io.Closeable;
import java.io.IOException;

/** Cleaning up in a thread that may have been interrupted: most file systems refuse to work for such a thread. */
final class Interruption {
    private Interruption() {}

    /** Runs {@code cleanUp} without the interruption, which is set again afterwards; its failure is added to {@code failure}. */
    static void without(Closeable cleanUp, Throwable failure) {
        boolean interrupted = Thread.interrupted() || failure instanceof InterruptedException;
        try {
            cleanUp.close();
        } catch (IOException | RuntimeException e) {
            failure.addSuppressed(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
