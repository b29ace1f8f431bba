package dev.gabion.demo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What happened during a run, in order. Times are nanoseconds since its start. One thread. */
final class Timeline {
    /** How far the job was at a time, in one of its lives. */
    static final class Sample {
        final long at;
        final int life;
        final Position position;

        Sample(long at, int life, Position position) {
            this.at = at;
            this.life = life;
            this.position = position;
        }
    }

    /** What became of a snapshot. */
    enum Outcome {
        RUNNING,
        COMPLETED,
        FAILED,
        KILLED
    }

    /** A snapshot, from its start on. Its figures are 0 until it has completed. */
    static final class Taken {
        final String id;
        final String kind;
        final long start;
        final long pauseNanos;
        Outcome outcome = Outcome.RUNNING;
        long end;
        long number;
        long files;
        long bytes;
        long written;
        long fallbacks;

        Taken(String id, String kind, long start, long pauseNanos) {
            this.id = id;
            this.kind = kind;
            this.start = start;
            this.pauseNanos = pauseNanos;
        }

        boolean isNative() {
            return kind.equals("NATIVE");
        }

        boolean isCompleted() {
            return outcome == Outcome.COMPLETED;
        }

        void end(Outcome outcome, long at) {
            this.outcome = outcome;
            this.end = at;
        }
    }

    /** A kill. */
    static final class Kill {
        final KillKind kind;
        final long at;
        /** Whether it came after the end of what it was to interrupt. */
        final boolean late;

        Kill(KillKind kind, long at, boolean late) {
            this.kind = kind;
            this.at = at;
            this.late = late;
        }
    }

    /** A restore that ended. */
    static final class Restore {
        final long start;
        final long end;
        /** How long the call itself took. */
        final long nanos;
        final long number;
        final Position position;
        /** Rows that had been written after the snapshot, as last reported before the kill. */
        final long lostRows;

        Restore(long start, long end, long nanos, long number, Position position, long lostRows) {
            this.start = start;
            this.end = end;
            this.nanos = nanos;
            this.number = number;
            this.position = position;
            this.lostRows = lostRows;
        }
    }

    /** A time in which a process of the job read and wrote. */
    static final class Work {
        final long start;
        long end;

        Work(long start) {
            this.start = start;
            this.end = start;
        }
    }

    final List<Sample> samples = new ArrayList<>();
    final List<Taken> snapshots = new ArrayList<>();
    final List<Kill> kills = new ArrayList<>();
    final List<Restore> restores = new ArrayList<>();
    final List<Work> work = new ArrayList<>();
    /** The longest single writes, in nanoseconds. */
    long longestPut;
    long longestMerge;
    /** Snapshots that were discarded, and bytes that sweeps removed. */
    long discarded;
    long sweptBytes;
    /** Scratch directories that killed processes left. */
    final Set<Path> leftByKills = new HashSet<>();
    /** The end of the input that was read; null until the job has finished. */
    Position end;
    /** Keys of the live state, which the job found equal. */
    long liveKeys;

    private final long start = System.nanoTime();

    /** The time of the run at {@code nanoTime}. */
    long at(long nanoTime) {
        return nanoTime - start;
    }

    long now() {
        return at(System.nanoTime());
    }

    /** How far the job had come when it last said so. */
    Position lastPosition() {
        return samples.isEmpty() ? Position.START : samples.get(samples.size() - 1).position;
    }

    /** Kills that came when they should. */
    long hits() {
        return kills.stream().filter(kill -> !kill.late).count();
    }

    long completed() {
        return snapshots.stream().filter(Taken::isCompleted).count();
    }

    /** The snapshot with that id; null if it is none of this run's. */
    Taken snapshot(String id) {
        return snapshots.stream().filter(taken -> taken.id.equals(id)).findFirst().orElse(null);
    }
}
