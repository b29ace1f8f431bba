package dev.gabion.demo;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Listens to one life of the job: notes what it says in the timeline, shows it, and checks what can be checked. */
final class Listener {
    private final int life;
    private final long expectedSnapshot;
    private final Workspace workspace;
    private final Timeline timeline;
    private final Display display;
    private Timeline.Work work;
    private long restoreStart;
    private boolean closed;

    /**
     * Listens from the start of a process on.
     *
     * @param life its number, from 1
     * @param expectedSnapshot the number of the latest completed snapshot; 0 if there is none
     * @param workspace where it works
     * @param timeline to be added to
     * @param display to be written to
     */
    Listener(int life, long expectedSnapshot, Workspace workspace, Timeline timeline, Display display) {
        this.life = life;
        this.expectedSnapshot = expectedSnapshot;
        this.workspace = workspace;
        this.timeline = timeline;
        this.display = display;
    }

    /** How long it has worked; 0 before that. */
    long workedNanos() {
        return work == null ? 0 : work.end - work.start;
    }

    /** Whether it has opened or restored its state. */
    boolean isOpen() {
        return work != null;
    }

    /** Whether it has closed everything at its regular end, with its state found equal. */
    boolean isClosed() {
        return closed;
    }

    void hear(Child.Heard heard) throws Difference {
        Message message = heard.message();
        long at = timeline.at(heard.nanoTime());
        switch (message.name()) {
            case "opened":
                opened(at, 0);
                display.say(Text.time(at) + "the job starts with an empty state");
                break;
            case "restoring":
                restoreStart = at;
                break;
            case "restored":
                restored(at, message);
                break;
            case "progress":
                progress(at, message);
                break;
            case "snapshot-started":
                timeline.snapshots.add(new Timeline.Taken(
                        message.text("id"), message.text("kind"), at, message.number("pause")));
                break;
            case "snapshot-completed":
                completed(at, message);
                break;
            case "snapshot-failed":
                timeline.snapshot(message.text("id")).end(Timeline.Outcome.FAILED, at);
                display.say(Text.time(at) + "a snapshot failed: " + message.text("reason"));
                break;
            case "kept":
                timeline.discarded += message.number("discarded");
                timeline.sweptBytes += message.number("bytes");
                break;
            default:
                atTheEnd(at, message);
        }
    }

    private void atTheEnd(long at, Message message) throws Difference {
        switch (message.name()) {
            case "finished":
                timeline.end = Position.of(message);
                display.say(Text.time(at) + "the job finishes; last snapshots, one native and one portable");
                break;
            case "checking":
                if (display.wantsProgress()) {
                    display.progress(Text.time(at) + "the job compares its live state: "
                            + Text.percent(message.number("words"), timeline.end.words));
                }
                break;
            case "equal":
                timeline.liveKeys = message.number("keys");
                display.say(Text.time(at) + "live state: " + Text.count(timeline.liveKeys) + " keys equal");
                break;
            case "differs":
                throw new Difference("live state: " + message.text("what"));
            case "closed":
                if (message.number("live") != 0) {
                    throw new Difference("the job closed everything, but " + message.number("live")
                            + " native objects are alive");
                }
                closed = timeline.liveKeys > 0 || timeline.end.words == 0;
                break;
            default:
                throw new IllegalArgumentException("the job says what nobody expects: " + message);
        }
    }

    private void opened(long at, long snapshot) throws Difference {
        if (snapshot != expectedSnapshot) {
            throw new Difference("the job came back from snapshot " + snapshot + ", but " + expectedSnapshot
                    + " is the last completed one");
        }
        try {
            int left = workspace.scratchDirectories().size();
            if (left != 1) {
                throw new Difference("the job is open, but there are " + left + " scratch directories in "
                        + workspace.scratch() + ", expected its own alone");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        work = new Timeline.Work(at);
        timeline.work.add(work);
    }

    private void restored(long at, Message message) throws Difference {
        long number = message.number("number");
        opened(at, number);
        Position position = Position.of(message);
        long lost = Math.max(0, timeline.lastPosition().rows - position.rows);
        timeline.restores.add(
                new Timeline.Restore(restoreStart, at, message.number("nanos"), number, position, lost));
        display.say(Text.time(at) + "restored from snapshot " + number + " in " + Text.millis(message.number("nanos"))
                + "; " + Text.count(lost) + " rows are redone");
    }

    private void progress(long at, Message message) {
        work.end = at;
        timeline.samples.add(new Timeline.Sample(at, life, Position.of(message)));
        timeline.longestPut = Math.max(timeline.longestPut, message.number("longestPut"));
        timeline.longestMerge = Math.max(timeline.longestMerge, message.number("longestMerge"));
        if (display.wantsProgress()) {
            display.progress(progressLine(at));
        }
    }

    private void completed(long at, Message message) {
        Timeline.Taken taken = timeline.snapshot(message.text("id"));
        taken.number = message.number("number");
        taken.files = message.number("files");
        taken.bytes = message.number("bytes");
        taken.written = message.number("written");
        taken.fallbacks = message.number("fallbacks");
        taken.end(Timeline.Outcome.COMPLETED, at);
    }

    private String progressLine(long at) {
        Figures figures = new Figures(timeline);
        return Text.time(at) + Text.count(timeline.lastPosition().words) + " words, "
                + Text.count(figures.recentRate(life)) + "/s, "
                + Text.count(timeline.completed(), "snapshot", "snapshots")
                + figures.lastPause().map(pause -> ", pause " + Text.millis(pause)).orElse("")
                + ", kills " + timeline.hits() + "/" + KillKind.values().length;
    }
}
