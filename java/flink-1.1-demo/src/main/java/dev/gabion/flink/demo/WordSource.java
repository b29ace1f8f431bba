package dev.gabion.flink.demo;

import dev.gabion.demo.Input;
import dev.gabion.demo.Lines;
import dev.gabion.demo.Message;
import dev.gabion.demo.Words;
import java.nio.charset.StandardCharsets;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.runtime.state.CheckpointListener;
import org.apache.flink.streaming.api.checkpoint.Checkpointed;
import org.apache.flink.streaming.api.functions.source.RichSourceFunction;
import org.apache.flink.streaming.api.watermark.Watermark;

/**
 * Reads a text and emits its words: (word, what follows it in its line, false). Then it asks for the state of each word
 * of a list: (word, "", true). The event time is the number of the line. In the middle it fails, once per JVM. Runs in
 * one task.
 */
public final class WordSource extends RichSourceFunction<Tuple3<String, String, Boolean>>
        implements Checkpointed<ReadPosition>, CheckpointListener {
    /** Characters of what follows a word. */
    static final int CONTEXT = 16;

    private static final long serialVersionUID = 1L;
    private static final int LINES_PER_WATERMARK = 500;
    private static final int CHECKPOINTS_BEFORE_FAILURE = 2;
    private static final long REPORT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final AtomicBoolean FAILED = new AtomicBoolean();

    private final String text;
    private final String questions;
    private final long words;
    private final double nanosPerWord;
    private transient Words parser;
    private volatile boolean cancelled;
    private volatile int completed;
    private ReadPosition position = new ReadPosition();
    private long started;
    private long startedAt;
    private long reported;

    /**
     * Reads {@code text}, a file or folder of so many words, in no less than so many seconds, and asks for the words in
     * the file {@code questions}.
     */
    WordSource(String text, String questions, long words, double seconds) {
        this.text = text;
        this.questions = questions;
        this.words = words;
        this.nanosPerWord = seconds * 1e9 / words;
    }

    @Override
    public void run(SourceContext<Tuple3<String, String, Boolean>> context) throws Exception {
        parser = new Words();
        started = System.nanoTime();
        startedAt = position.words;
        Report.say(new Message("reading").with("words", position.words));
        List<Input.TextFile> files = new ArrayList<>(Input.at(Paths.get(text)).files());
        while (position.file < files.size() && !cancelled) {
            read(files.get(position.file), context, false);
        }
        while (!cancelled && !FAILED.get()) {
            failIfDue();
            Thread.sleep(10);
        }
        Report.say(new Message("asking").with("words", position.words));
        read(Input.at(Paths.get(questions)).files().get(0), context, true);
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    @Override
    public ReadPosition snapshotState(long checkpoint, long timestamp) {
        Report.say(new Message("barrier").with("checkpoint", checkpoint));
        return position; // Flink writes it down before it lets the source go on
    }

    @Override
    public void restoreState(ReadPosition restored) {
        position = restored;
    }

    @Override
    public void notifyCheckpointComplete(long checkpoint) {
        completed++;
        Report.say(new Message("completed").with("checkpoint", checkpoint));
    }

    private void read(Input.TextFile file, SourceContext<Tuple3<String, String, Boolean>> context, boolean asks)
            throws Exception {
        try (Lines lines = new Lines(file, position.offset)) {
            while (!cancelled && lines.next()) {
                synchronized (context.getCheckpointLock()) {
                    emit(lines, context, asks);
                    position.offset = lines.offset();
                }
                if (!asks) {
                    failIfDue();
                    keepPace();
                }
                report();
            }
        }
        synchronized (context.getCheckpointLock()) {
            if (!cancelled) {
                position.file++;
                position.offset = 0;
            }
        }
    }

    /** Emits one line. */
    private void emit(Lines lines, SourceContext<Tuple3<String, String, Boolean>> context, boolean asks) {
        parser.of(lines.buffer(), lines.start(), lines.end());
        for (byte[] word = parser.next(); word != null; word = parser.next()) {
            int length = Math.min(CONTEXT, lines.end() - parser.at());
            String follows = asks ? "" : text(lines.buffer(), parser.at(), length);
            context.collectWithTimestamp(new Tuple3<>(text(word, 0, word.length), follows, asks), position.lines);
            if (!asks) {
                position.words++;
            }
        }
        if (!asks && ++position.lines % LINES_PER_WATERMARK == 0) {
            context.emitWatermark(new Watermark(position.lines - 1));
        }
    }

    private static String text(byte[] bytes, int start, int length) {
        return new String(bytes, start, length, StandardCharsets.ISO_8859_1);
    }

    private void failIfDue() throws Exception {
        if (position.words >= words / 2 && completed >= CHECKPOINTS_BEFORE_FAILURE
                && FAILED.compareAndSet(false, true)) {
            Report.say(new Message("failing").with("words", position.words));
            throw new Exception("the demo lets this task fail, after word " + position.words + " of " + words);
        }
    }

    private void keepPace() throws InterruptedException {
        double due = (position.words - startedAt) * nanosPerWord;
        long early = (long) due - (System.nanoTime() - started);
        if (early > 1_000_000) {
            TimeUnit.NANOSECONDS.sleep(early);
        }
    }

    private void report() {
        long now = System.nanoTime();
        if (now - reported >= REPORT_NANOS) {
            reported = now;
            Report.say(new Message("progress").with("words", position.words));
        }
    }
}
