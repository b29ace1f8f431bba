package dev.gabion.demo;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** One life of the job, from the start of its process to its end or kill. One thread. */
final class Life implements AutoCloseable {
    /** A job that says nothing for so long hangs. */
    private static final long SILENCE_NANOS = TimeUnit.MINUTES.toNanos(3);

    private final Child child;
    private final Listener listener;

    Life(Child child, Listener listener) {
        this.child = child;
        this.listener = listener;
    }

    /** Lets it live until the aim's moment, then kills it with SIGKILL; answers when, as {@link System#nanoTime}. */
    long killAt(Aim aim) throws JobDied, Difference, InterruptedException {
        boolean armed = false;
        long due = 0;
        while (!armed || System.nanoTime() - due < 0) {
            Child.Heard heard = child.next(armed ? due - System.nanoTime() : SILENCE_NANOS);
            if (heard == null) {
                if (!armed) {
                    throw silent();
                }
            } else if (heard.isEnd()) {
                throw died(child.end());
            } else {
                listener.hear(heard);
                if (!armed && aim.isTriggeredBy(heard.message())) {
                    armed = true;
                    due = heard.nanoTime() + aim.delayNanos();
                }
            }
        }
        child.kill();
        long killed = System.nanoTime();
        int exit = child.end();
        if (exit != Child.SIGKILLED) {
            throw died(exit);
        }
        hearOut();
        return killed;
    }

    /** Lets it live until that {@link System#nanoTime}, and until it has worked for a while. */
    void liveUntil(long nanoTime, long workNanos) throws JobDied, Difference, InterruptedException {
        while (System.nanoTime() - nanoTime < 0 || listener.workedNanos() < workNanos) {
            Child.Heard heard = hear();
            if (heard.isEnd()) {
                throw died(child.end());
            }
        }
    }

    /** Tells it to finish, and waits for its end. */
    void finish() throws JobDied, Difference, InterruptedException {
        try {
            child.tell(Orders.FINISH);
        } catch (IOException e) {
            throw died(child.end());
        }
        hearOut();
        int exit = child.end();
        if (exit != 0 || !listener.isClosed()) {
            throw died(exit);
        }
    }

    @Override
    public void close() {
        child.kill();
    }

    /** Hears all it says until its end. */
    private void hearOut() throws JobDied, Difference, InterruptedException {
        Child.Heard heard;
        do {
            heard = hear();
        } while (!heard.isEnd());
    }

    private Child.Heard hear() throws JobDied, Difference, InterruptedException {
        Child.Heard heard = child.next(SILENCE_NANOS);
        if (heard == null) {
            throw silent();
        }
        if (!heard.isEnd()) {
            listener.hear(heard);
        }
        return heard;
    }

    private JobDied silent() {
        return new JobDied("the job has said nothing for " + Text.seconds(SILENCE_NANOS), child.output());
    }

    private JobDied died(int exit) {
        return new JobDied("the job ended by itself, with exit value " + exit, child.output());
    }
}
