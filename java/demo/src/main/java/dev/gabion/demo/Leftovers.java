package dev.gabion.demo;

import dev.gabion.SnapshotDirectory;
import dev.gabion.SnapshotInfo;
import dev.gabion.Swept;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Looks for files that nobody needs, after a last sweep: plain Java reads the manifests, and local directories. */
final class Leftovers {
    /** How a manifest names a data file and its size; quotes are escaped in its other strings. */
    private static final Pattern OBJECT = Pattern.compile(
            "\"object\"\\s*:\\s*\"([0-9a-zA-Z._-]+)\"\\s*,\\s*\"size\"\\s*:\\s*([0-9]+)");
    /** Epochs and voids, one or two for each life of the job, and the heads of manifests; a table file has more. */
    private static final long MOST_OF_THE_SEQUENCE = 16 << 10;

    private Leftovers() {}

    /**
     * Sweeps without grace, which is allowed because nobody else writes, and compares.
     *
     * @return what the snapshot directory holds then, in words
     * @throws Difference the first file too many, or too few
     */
    static String check(Workspace workspace, Store store) throws IOException, Difference {
        Map<String, Long> named = new TreeMap<>();
        long bytes = 0;
        long manifests = 0;
        int snapshots = 0;
        Swept swept;
        try (SnapshotDirectory directory = store.open()) {
            swept = directory.sweep(Duration.ZERO, false);
            for (SnapshotInfo info : directory.list()) {
                String manifest = directory.describe(info.number());
                Matcher objects = OBJECT.matcher(manifest);
                while (objects.find()) {
                    named.put("files/" + objects.group(1), Long.parseLong(objects.group(2)));
                }
                bytes += directory.verify(info.number());
                manifests += manifest.length();
                snapshots++;
            }
            if (!store.isIn(workspace)) {
                compareBySize(directory, named.values().stream().mapToLong(Long::longValue).sum() + manifests);
            }
        }
        if (store.isIn(workspace)) {
            Set<String> found = dataFiles(workspace.snapshots());
            difference(found, named.keySet(), "which no manifest names, is left in the snapshot directory");
            difference(named.keySet(), found, "which a manifest names, is missing in the snapshot directory");
        }
        if (!workspace.scratchDirectories().isEmpty()) {
            throw new Difference("nothing is open, but there is still " + workspace.scratchDirectories().get(0));
        }
        return String.format(
                "swept %s; %s hold %s, all named, none missing; %s verified",
                Text.count(swept.objects(), "object", "objects"),
                Text.count(snapshots, "snapshot", "snapshots"),
                Text.count(named.size(), "file", "files"),
                Text.bytes(bytes));
    }

    /** For a store that plain Java can't look into: nothing that a sweep finds, and nothing that it overlooks. */
    private static void compareBySize(SnapshotDirectory directory, long named) throws Difference {
        Swept left = directory.sweep(Duration.ZERO, true);
        if (left.objects() > 0) {
            throw new Difference(left.names().get(0) + " is left in the snapshot directory after a sweep");
        }
        long more = directory.size() - named;
        if (more < 0 || more > MOST_OF_THE_SEQUENCE) {
            throw new Difference(
                    "the snapshot directory has " + more + " bytes more than the manifests and what they name");
        }
    }

    /** All files but those of the sequence of epochs and manifests itself. */
    private static Set<String> dataFiles(Path root) throws IOException {
        try (Stream<Path> walk = Files.walk(root)) {
            return walk.filter(path -> !Files.isDirectory(path))
                    .map(path -> root.relativize(path).toString())
                    .filter(name -> !name.matches("sequence/[0-9]{20}"))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static void difference(Set<String> files, Set<String> others, String what) throws Difference {
        Set<String> rest = new TreeSet<>(files);
        rest.removeAll(others);
        if (!rest.isEmpty()) {
            throw new Difference(Collections.min(rest) + ", " + what + " (" + rest.size() + " in all)");
        }
    }
}
