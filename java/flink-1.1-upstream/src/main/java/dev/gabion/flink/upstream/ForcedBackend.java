package dev.gabion.flink.upstream;

import java.io.IOException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.state.AbstractStateBackend;
import org.apache.flink.runtime.state.StateBackendFactory;
import org.apache.flink.runtime.state.memory.MemoryStateBackend;

/**
 * The backend of every job that names none: {@link ForcedBackendAgent} puts this class in place of Flink's default. The
 * system property {@code forced} is {@code semi} or {@code full}, the kind of its snapshots.
 */
public final class ForcedBackend implements StateBackendFactory<AbstractStateBackend> {
    private static final long serialVersionUID = 1L;
    private static final String MADE = "forced.made";

    /** Called by Flink, by the name of this class. */
    public ForcedBackend() {}

    /** For a task: what is not keyed goes to files, and so do fully asynchronous snapshots. */
    @Override
    public AbstractStateBackend createFromConfig(Configuration config) throws IOException {
        return make(null);
    }

    /** For the harness, which wants all state disposed before it initializes the backend; files refuse that. */
    public static AbstractStateBackend forHarness() throws IOException {
        return make(new MemoryStateBackend());
    }

    private static AbstractStateBackend make(AbstractStateBackend other) throws IOException {
        synchronized (System.getProperties()) {
            System.setProperty(MADE, Integer.toString(made() + 1));
        }
        return Backends.make(System.getProperty("forced").equals("full"), other);
    }

    /** How many have been made in this JVM, in whatever class loader: PowerMock loads this class once more. */
    static int made() {
        return Integer.getInteger(MADE, 0);
    }
}
