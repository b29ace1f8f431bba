package org.apache.flink.contrib.streaming.state;

import dev.gabion.Options;
import java.io.Serializable;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.api.common.JobID;

/** Where native snapshots go that share files with earlier ones, as it is configured and travels with the job. Immutable. */
final class NativeSnapshotStore implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final String GRACE = "snapshot.grace";
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,15})(ms|s|m|h)");

    private final URI root;
    /** A map of the JDK's, since options of the engine do not travel. */
    private final LinkedHashMap<String, String> options = new LinkedHashMap<>();

    /**
     * Checks what the user gave.
     *
     * @param url as {@code file:///path} or {@code hdfs://host:port/path}
     * @param options of snapshots, restores and the store, by the names that docs/options.md lists
     * @throws IllegalArgumentException if the URL is of another kind, or the grace period is no duration above 0
     */
    NativeSnapshotStore(String url, Map<String, String> options) {
        this.root = StoreUrl.parse(url);
        options.forEach((name, value) ->
                this.options.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, name)));
        grace();
    }

    URI root() {
        return root;
    }

    /** The snapshot directory of one subtask: all its attempts share it, and the newest one fences the others. */
    URI directory(JobID job, String operator) {
        return StoreUrl.child(StoreUrl.child(root, job.toString()), CheckpointDirectory.nameOf(operator));
    }

    Options ofSnapshots() {
        return only(name -> !name.startsWith("restore."));
    }

    Options ofRestores() {
        return only(name -> !name.startsWith("snapshot."));
    }

    /** How long files stay that nobody needs any more. */
    Duration grace() {
        String text = options.getOrDefault(GRACE, "1h");
        Matcher duration = DURATION.matcher(text);
        long number = duration.matches() ? Long.parseLong(duration.group(1)) : 0;
        if (number == 0) {
            throw new IllegalArgumentException(
                    "the option " + GRACE + " is \"" + text + "\"; write a whole number above 0 with ms, s, m or h, as 90m");
        }
        switch (duration.group(2)) {
            case "ms":
                return Duration.ofMillis(number);
            case "s":
                return Duration.ofSeconds(number);
            case "m":
                return Duration.ofMinutes(number);
            default:
                return Duration.ofHours(number);
        }
    }

    private Options only(Predicate<String> wanted) {
        Options some = new Options();
        options.forEach((name, value) -> {
            if (wanted.test(name)) {
                some.set(name, value);
            }
        });
        return some;
    }

    @Override
    public String toString() {
        return StoreUrl.forGabion(root);
    }
}
