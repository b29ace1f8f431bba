package dev.gabion.flink.options;

import java.util.List;
import java.util.Map;

/**
 * What was set on one of {@code org.rocksdb}'s options objects, for the backend that opens Gabion with it.
 *
 * <p>Each answer is of the moment of the call, in the order in which the options were first set, and is the caller's own.
 * One thread at a time.
 */
public interface RecordedOptions {
    /**
     * Returns the options that a backend is opened or restored with: Gabion's names and values, as docs/options.md has them.
     * What was not set is not there.
     *
     * @return values by name
     */
    Map<String, String> asText();

    /**
     * Returns the options that Gabion takes only where a column family is made: {@code memtable}, if it was chosen.
     *
     * @return values by name
     */
    default Map<String, String> asFamilyText() {
        return Map.of();
    }

    /**
     * Returns what was set and has no effect in Gabion: one sentence each, with the setter, the value and the reason.
     *
     * @return sentences; empty if everything has its effect
     */
    List<String> unsupported();
}
