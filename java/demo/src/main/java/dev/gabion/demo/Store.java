package dev.gabion.demo;

import dev.gabion.Options;
import dev.gabion.SnapshotDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where the snapshots go: the URL of their directory, and the options that its store takes. Immutable. */
final class Store {
    private static final String URL = "url";
    /** After a kill, a request of the dead process that a server has in hand may still be carried out. */
    private static final long LATE_MILLIS = 1000;

    private final String place;
    private final String url;
    private final Map<String, String> settings;

    private Store(String place, String url, Map<String, String> settings) {
        this.place = place;
        this.url = url;
        this.settings = Collections.unmodifiableMap(settings);
    }

    /**
     * Reads where it is.
     *
     * @param place a URL; or a file with the line {@code url=URL}, and {@code name=value} for each option
     */
    static Store at(String place) throws IOException {
        if (place.contains("://")) {
            return new Store(place, place, Collections.emptyMap());
        }
        Map<String, String> settings = new LinkedHashMap<>();
        for (String line : Files.readAllLines(Paths.get(place), StandardCharsets.UTF_8)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                settings.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        String url = settings.remove(URL);
        if (url == null) {
            throw new IOException(place + " has no line " + URL + "=...");
        }
        return new Store(place, url, settings);
    }

    /** What {@link #at} reads it from, in this process or another one. */
    String place() {
        return place;
    }

    String url() {
        return url;
    }

    /** Options with all that the store takes. */
    Options options() {
        return new Options().setAll(settings);
    }

    /** Opens the directory; close it. */
    SnapshotDirectory open() {
        return new SnapshotDirectory(url, Snapshots.options(this));
    }

    /** Whether the snapshots are files in the workspace. */
    boolean isIn(Workspace workspace) {
        return url.equals(workspace.snapshotsUrl());
    }

    /** Waits, after a kill, until what the dead process asked for is done or never will be. */
    void settle(Workspace workspace) throws InterruptedException {
        if (!isIn(workspace)) {
            Thread.sleep(LATE_MILLIS);
        }
    }
}
