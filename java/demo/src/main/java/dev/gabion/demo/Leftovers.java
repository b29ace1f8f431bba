package dev.gabion.demo;

import dev.gabion.SnapshotDirectory;
import dev.gabion.SnapshotInfo;
import dev.gabion.Swept;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Looks for files that nobody needs, after a last sweep: plain Java reads the directory and the manifests. */
final class Leftovers {
    /** How a manifest names a data file; its other strings can't contain this, because quotes are escaped in them. */
    private static final Pattern OBJECT = Pattern.compile("\"object\"\\s*:\\s*\"([0-9a-zA-Z._-]+)\"");

    private Leftovers() {}

    /**
     * Sweeps without grace, which is allowed because nobody else writes, and compares.
     *
     * @return what the snapshot directory holds then, in words
     * @throws Difference the first file too many, or too few
     */
    static String check(Workspace workspace) throws IOException, Difference {
        Set<String> named = new TreeSet<>();
        long bytes = 0;
        int snapshots = 0;
        Swept swept;
        try (SnapshotDirectory directory = new SnapshotDirectory(workspace.snapshotsUrl(), Snapshots.options())) {
            swept = directory.sweep(Duration.ZERO, false);
            for (SnapshotInfo info : directory.list()) {
                Matcher objects = OBJECT.matcher(directory.describe(info.number()));
                while (objects.find()) {
                    named.add("files/" + objects.group(1));
                }
                bytes += directory.verify(info.number());
                snapshots++;
            }
        }
        Set<String> found = dataFiles(workspace.snapshots());
        difference(found, named, "which no manifest names, is left in the snapshot directory");
        difference(named, found, "which a manifest names, is missing in the snapshot directory");
        if (!workspace.scratchDirectories().isEmpty()) {
            throw new Difference("nothing is open, but there is still " + workspace.scratchDirectories().get(0));
        }
        return String.format(
                "swept %s; %s hold %s, all named, none missing; %s verified",
                Text.count(swept.objects(), "object", "objects"),
                Text.count(snapshots, "snapshot", "snapshots"),
                Text.count(found.size(), "file", "files"),
                Text.bytes(bytes));
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
