package dev.gabion.demo;

import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * When exactly to kill: so long after the job has said something for the n-th time in its life. One use.
 *
 * <p>What the job says reaches the driver late, and the kill reaches the job late. So an aim at a snapshot or a restore
 * can come too late; the next try aims sooner.
 */
final class Aim {
    private static final long SOONEST_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long LATEST_NANOS = TimeUnit.SECONDS.toNanos(8);
    private static final int FIRST_SNAPSHOT = 2;
    private static final int LAST_SNAPSHOT = 5;

    private final KillKind kind;
    private final int count;
    private final long delayNanos;
    private int seen;

    private Aim(KillKind kind, int count, long delayNanos) {
        this.kind = kind;
        this.count = count;
        this.delayNanos = delayNanos;
    }

    /**
     * Draws an aim.
     *
     * @param random what it is drawn from
     * @param usualNanos how long such a snapshot or restore took so far: the kill comes in its first half
     */
    static Aim at(KillKind kind, Random random, long usualNanos) {
        double part = random.nextDouble();
        // The first restore of a run is slower than those that follow, so the later half is often past the end.
        long inside = (long) ((0.1 + 0.4 * part) * usualNanos);
        switch (kind) {
            case WORK:
                return new Aim(kind, 1, SOONEST_NANOS + (long) (part * (LATEST_NANOS - SOONEST_NANOS)));
            case SNAPSHOT:
                int count = FIRST_SNAPSHOT + random.nextInt(LAST_SNAPSHOT - FIRST_SNAPSHOT + 1);
                return new Aim(kind, count, inside);
            default:
                return new Aim(kind, 1, inside);
        }
    }

    /** The next try, after one that came too late. */
    Aim sooner() {
        return new Aim(kind, count, delayNanos / 2);
    }

    KillKind kind() {
        return kind;
    }

    /** Whether this message of the job is the one that the delay counts from. */
    boolean isTriggeredBy(Message message) {
        if (!isOfKind(message)) {
            return false;
        }
        seen++;
        return seen == count;
    }

    long delayNanos() {
        return delayNanos;
    }

    private boolean isOfKind(Message message) {
        switch (kind) {
            case WORK:
                return message.is("opened") || message.is("restored");
            case SNAPSHOT:
                return message.is("snapshot-started");
            default:
                return message.is("restoring");
        }
    }
}
