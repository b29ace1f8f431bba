package dev.gabion.flink.demo;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardOpenOption;
import java.io.BufferedOutputStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.checkpoint.Checkpointed;
import org.apache.flink.streaming.api.functions.sink.RichSinkFunction;

/**
 * Writes lines to a file, one for each task, exactly once: a checkpoint remembers the file's length, and a restored task
 * cuts off what was written after it.
 */
public final class ResultFile extends RichSinkFunction<String> implements Checkpointed<Long> {
    private static final long serialVersionUID = 1L;

    private final String directory;
    private final String name;
    private long length;
    private transient FileChannel channel;
    private transient OutputStream out;

    ResultFile(String directory, String name) {
        this.directory = directory;
        this.name = name;
    }

    /** The file of one task. */
    static Path of(String directory, String name, int task) {
        return Paths.get(directory, name + "-" + task);
    }

    @Override
    public void open(Configuration parameters) throws IOException {
        channel = FileChannel.open(
                of(directory, name, getRuntimeContext().getIndexOfThisSubtask()),
                StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel.truncate(length);
        channel.position(length);
        out = new BufferedOutputStream(Channels.newOutputStream(channel));
    }

    @Override
    public void invoke(String line) throws IOException {
        out.write((line + "\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    @Override
    public Long snapshotState(long checkpoint, long timestamp) throws IOException {
        out.flush();
        return channel.position();
    }

    @Override
    public void restoreState(Long restored) {
        length = restored;
    }

    @Override
    public void close() throws IOException {
        if (out != null) {
            out.close();
        }
    }
}
