package dev.gabion.flink.demo;

import dev.gabion.demo.Message;
import java.io.IOException;
import org.apache.flink.api.common.functions.FilterFunction;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.functions.ReduceFunction;
import org.apache.flink.api.common.restartstrategy.RestartStrategies;
import org.apache.flink.api.java.tuple.Tuple;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.configuration.ConfigConstants;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.state.AbstractStateBackend;
import org.apache.flink.runtime.state.filesystem.FsStateBackend;
import org.apache.flink.streaming.api.TimeCharacteristic;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.LocalStreamEnvironment;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.windowing.WindowFunction;
import org.apache.flink.streaming.api.windowing.time.Time;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/**
 * The job: counts the words of a text per window of lines, and keeps a concordance. Results go to the files "windows-n"
 * and "answers-n", n being the task.
 */
public final class WordCount {
    /** Tasks of each keyed operator. */
    static final int TASKS = 2;
    /** Lines in a window: a line is a millisecond of event time. */
    static final int WINDOW = 10_000;

    private static final int CHECKPOINT_MILLIS = 1000;
    private static final int NETWORK_BUFFERS = 128;

    private WordCount() {}

    /**
     * Runs the job and exits: 0, or 1 if it failed.
     *
     * @param arguments one message: mode, text, questions, words, seconds, checkpoints (a URL), storage, results
     */
    public static void main(String[] arguments) {
        try {
            run(Message.parse(arguments[0]));
        } catch (Throwable e) {
            e.printStackTrace();
            System.exit(1);
        }
        System.exit(0);
    }

    private static void run(Message settings) throws Exception {
        Configuration configuration = new Configuration();
        // They lie on the heap; the default is 2048, of 32 KiB.
        configuration.setInteger(ConfigConstants.TASK_MANAGER_NETWORK_NUM_BUFFERS_KEY, NETWORK_BUFFERS);
        LocalStreamEnvironment environment = StreamExecutionEnvironment.createLocalEnvironment(TASKS, configuration);
        environment.getConfig().disableSysoutLogging();
        environment.setStreamTimeCharacteristic(TimeCharacteristic.EventTime);
        environment.enableCheckpointing(CHECKPOINT_MILLIS);
        environment.setRestartStrategy(RestartStrategies.fixedDelayRestart(1, 0));
        environment.setStateBackend(backend(settings));

        DataStream<Tuple3<String, String, Boolean>> words = environment.addSource(new WordSource(
                settings.text("text"), settings.text("questions"), settings.number("words"),
                settings.number("seconds")));
        words.keyBy(0)
                .flatMap(new Concordance())
                .addSink(new ResultFile(settings.text("results"), "answers"));
        words.filter(new OfText()).setParallelism(1)
                .map(new Once()).setParallelism(1)
                .keyBy(0)
                .timeWindow(Time.milliseconds(WINDOW))
                .apply(new Sum(), new Counts())
                .addSink(new ResultFile(settings.text("results"), "windows"));
        environment.execute("word count");
        Report.say(new Message("finished"));
    }

    private static AbstractStateBackend backend(Message settings) throws IOException {
        Mode mode = Mode.of(settings.text("mode"));
        if (mode == Mode.HEAP) {
            return new FsStateBackend(settings.text("checkpoints"));
        }
        MeasuredBackend backend = new MeasuredBackend(settings.text("checkpoints"));
        backend.setDbStoragePath(settings.text("storage"));
        if (mode == Mode.FULLY_ASYNC) {
            backend.enableFullyAsyncSnapshots();
        }
        return backend;
    }

    /** Leaves questions out. */
    public static final class OfText implements FilterFunction<Tuple3<String, String, Boolean>> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean filter(Tuple3<String, String, Boolean> occurrence) {
            return !occurrence.f2;
        }
    }

    /** A word, once. */
    public static final class Once implements MapFunction<Tuple3<String, String, Boolean>, Tuple2<String, Long>> {
        private static final long serialVersionUID = 1L;

        @Override
        public Tuple2<String, Long> map(Tuple3<String, String, Boolean> occurrence) {
            return new Tuple2<>(occurrence.f0, 1L);
        }
    }

    /** Adds counts of a word. */
    public static final class Sum implements ReduceFunction<Tuple2<String, Long>> {
        private static final long serialVersionUID = 1L;

        @Override
        public Tuple2<String, Long> reduce(Tuple2<String, Long> one, Tuple2<String, Long> other) {
            return new Tuple2<>(one.f0, one.f1 + other.f1);
        }
    }

    /** Says what a window came to: "start word count". */
    public static final class Counts implements WindowFunction<Tuple2<String, Long>, String, Tuple, TimeWindow> {
        private static final long serialVersionUID = 1L;

        @Override
        public void apply(Tuple key, TimeWindow window, Iterable<Tuple2<String, Long>> sums, Collector<String> out) {
            for (Tuple2<String, Long> sum : sums) {
                out.collect(window.getStart() + " " + sum.f0 + " " + sum.f1);
            }
        }
    }
}
