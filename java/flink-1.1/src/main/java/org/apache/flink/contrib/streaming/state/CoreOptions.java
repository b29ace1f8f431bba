package org.apache.flink.contrib.streaming.state;

import dev.gabion.Backend;
import dev.gabion.GabionException;
import dev.gabion.Options;
import dev.gabion.flink.options.RecordedOptions;
import java.io.File;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A backend's options as Gabion takes them. Those of all families are the database's, so that after a restore the present ones
 * hold; what a snapshot keeps of a family's options is only what its rows depend on.
 */
final class CoreOptions {
    private static final Logger LOG = LoggerFactory.getLogger(CoreOptions.class);
    /** Each warning is given once per process, not once per subtask. */
    private static final Set<String> WARNED = ConcurrentHashMap.newKeySet();

    private final String storage;
    private final String name;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final Options ofFamilies = new Options();

    /**
     * Reads the present settings.
     *
     * @param storage where databases are made
     * @param operator for people who look there
     */
    CoreOptions(File storage, String operator, PredefinedOptions profile, DBOptions database, ColumnFamilyOptions families) {
        this.storage = storage.getPath();
        this.name = name(operator);
        RecordedOptions recordedDatabase = recorded(database);
        RecordedOptions recordedFamilies = recorded(families);
        settings.putAll(recordedFamilies.asText());
        settings.putAll(recordedDatabase.asText());
        ofFamilies.setAll(recordedFamilies.asFamilyText());
        List<String> ignored = new ArrayList<>(recordedDatabase.unsupported());
        ignored.addAll(recordedFamilies.unsupported());
        ignored.removeAll(recorded(profile.createDBOptions()).unsupported());
        ignored.removeAll(recorded(profile.createColumnOptions()).unsupported());
        if (!ignored.isEmpty()) {
            warn("These options of the RocksDB backend have no effect: " + String.join("; ", ignored));
        }
    }

    /**
     * Looks whether the classes {@code org.rocksdb} are Gabion's.
     *
     * @throws IllegalStateException if they are others, naming the jar they came from
     */
    static void checkRecorders() {
        if (!RecordedOptions.class.isAssignableFrom(DBOptions.class)) {
            CodeSource source = DBOptions.class.getProtectionDomain().getCodeSource();
            throw new IllegalStateException(
                    "the class org.rocksdb.DBOptions was loaded from " + (source == null ? "the JDK" : source.getLocation())
                            + ", which is not gabion-flink-1.1-options; remove rocksdbjni from the class path and from the job's jar");
        }
    }

    /**
     * Answers what a factory has made.
     *
     * @throws IllegalStateException if that is null
     */
    static <O> O made(OptionsFactory factory, String method, O options) {
        if (options == null) {
            throw new IllegalStateException(
                    factory.getClass().getName() + "." + method + " has returned null; let it return the options it was given");
        }
        return options;
    }

    /** The options of families, besides those that their kind asks for. */
    Options ofFamilies() {
        return ofFamilies;
    }

    /** Opens an empty database. */
    Backend open() {
        return opened(Backend::open);
    }

    /**
     * Opens something with all settings. One that is refused is left out.
     *
     * @param opening opens a database or begins a restore
     * @throws GabionException if that is not possible, whatever the settings
     */
    <O> O opened(Function<Options, O> opening) {
        while (true) {
            try {
                return opening.apply(new Options().setAll(settings).set("storage.paths", storage).set("name", name));
            } catch (GabionException e) {
                if (e.code() != GabionException.Code.INVALID_ARGUMENT || !dropRefused(e.getMessage())) {
                    throw e;
                }
            }
        }
    }

    /** An option that ran with Flink 1.1 and is refused here must not stop the job. */
    private boolean dropRefused(String message) {
        for (String option : settings.keySet()) {
            if (message.contains("`" + option + "`")) {
                warn("The option " + option + " of the RocksDB backend has no effect: " + message);
                settings.remove(option);
                return true;
            }
        }
        return false;
    }

    private static void warn(String text) {
        if (WARNED.add(text)) {
            LOG.warn(text);
        }
    }

    private static RecordedOptions recorded(Object options) {
        checkRecorders();
        return (RecordedOptions) options;
    }

    private static String name(String operator) {
        String safe = operator.replaceAll("[^0-9A-Za-z._-]", "_");
        return "flink-" + safe.substring(0, Math.min(safe.length(), 50));
    }
}
