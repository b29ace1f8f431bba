package dev.gabion.flink.demo;

import dev.gabion.demo.Message;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a run of the job said. Times are nanoseconds of {@link System#nanoTime}. One thread. */
final class Run {
    final Mode mode;
    /** Words read last; when the reading started first, and when it was over. */
    long words;
    long started;
    long read;
    /** When and where the job failed, where it went on, and when. */
    long failed;
    long failedAt;
    long resumed;
    long resumedAt;
    long completed;
    long completedBeforeFailure;
    boolean finished;
    /** Per task and checkpoint. */
    final List<Long> pauses = new ArrayList<>();
    /** What of them was Gabion's barrier. */
    final List<Long> barriers = new ArrayList<>();
    /** Per checkpoint that completed: nanoseconds from the source's barrier on. */
    final List<Long> durations = new ArrayList<>();
    /** Per task, after the failure. */
    final List<Long> restores = new ArrayList<>();
    /** Keyed state of the largest checkpoint that was written, in bytes. */
    private final Map<Long, Long> written = new HashMap<>();
    private final Map<Long, Long> begun = new HashMap<>();

    Run(Mode mode) {
        this.mode = mode;
    }

    /** Notes a message that came at that time. */
    void hear(Message message, long at) {
        switch (message.name()) {
            case "reading":
                reading(message.number("words"), at);
                break;
            case "progress":
                words = message.number("words");
                break;
            case "barrier":
                begun.put(message.number("checkpoint"), at);
                break;
            case "paused":
                pauses.add(message.number("nanos"));
                barriers.add(message.number("barrier"));
                break;
            case "written":
                written.merge(message.number("checkpoint"), message.number("bytes"), Long::sum);
                break;
            case "completed":
                completed++;
                durations.add(at - begun.get(message.number("checkpoint")));
                break;
            case "failing":
                failed = at;
                failedAt = message.number("words");
                completedBeforeFailure = completed;
                break;
            case "opened":
                if (failed != 0) {
                    restores.add(message.number("nanos"));
                }
                break;
            case "asking":
                words = message.number("words");
                read = at;
                break;
            case "finished":
                finished = true;
                break;
            default:
                throw new IllegalArgumentException("the job says what nobody expects: " + message);
        }
    }

    private void reading(long from, long at) {
        words = from;
        if (failed == 0) {
            started = at;
        } else {
            resumed = at;
            resumedAt = from;
        }
    }

    /** Words per second from the first to the last, the failure and the words done again included. */
    long rate() {
        return Math.round((words + failedAt - resumedAt) * 1e9 / (read - started));
    }

    long largestBytes() {
        return written.values().stream().mapToLong(bytes -> bytes).max().orElse(0);
    }
}
