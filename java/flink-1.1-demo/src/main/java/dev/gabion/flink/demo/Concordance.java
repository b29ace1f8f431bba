package dev.gabion.flink.demo;

import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.util.Collector;

/**
 * Keeps, per word, what followed it each time, in order: far more state than words. Answers a question for a word with
 * "word count digest".
 */
public final class Concordance extends RichFlatMapFunction<Tuple3<String, String, Boolean>, String> {
    private static final long serialVersionUID = 1L;
    private static final long FACTOR = 1_000_003;

    private transient ListState<String> contexts;

    @Override
    public void open(Configuration parameters) {
        contexts = getRuntimeContext().getListState(new ListStateDescriptor<>("contexts", String.class));
        MeasuredBackend.opened();
    }

    @Override
    public void flatMap(Tuple3<String, String, Boolean> occurrence, Collector<String> out) throws Exception {
        if (!occurrence.f2) {
            contexts.add(occurrence.f1);
            return;
        }
        long count = 0;
        long digest = 0;
        Iterable<String> all = contexts.get();
        if (all != null) {
            for (String context : all) {
                count++;
                digest = digest(digest, context);
            }
        }
        out.collect(occurrence.f0 + " " + count + " " + digest);
    }

    /** The digest of a list, from that of the list without its last element. */
    static long digest(long before, String last) {
        return before * FACTOR + last.hashCode();
    }
}
