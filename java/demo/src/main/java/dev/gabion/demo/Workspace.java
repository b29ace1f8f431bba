package dev.gabion.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The directory that a run works in: snapshots and scratch on one file system, so that files can be linked. */
public final class Workspace {
    private final Path root;

    private Workspace(Path root) {
        this.root = root;
    }

    /** Makes a new one in {@code parent}. */
    public static Workspace in(Path parent) throws IOException {
        Files.createDirectories(parent);
        Workspace workspace = new Workspace(Files.createTempDirectory(parent, "gabion-run-").toAbsolutePath());
        Files.createDirectory(workspace.scratch());
        return workspace;
    }

    public Path root() {
        return root;
    }

    /** Where backends put their scratch directories. */
    public Path scratch() {
        return root.resolve("scratch");
    }

    /** The snapshot directory; made by the first snapshot. */
    Path snapshots() {
        return root.resolve("snapshots");
    }

    public String snapshotsUrl() {
        return snapshots().toUri().toString();
    }

    /** The scratch directories that are there, of living backends and of dead ones. */
    List<Path> scratchDirectories() throws IOException {
        try (Stream<Path> entries = Files.list(scratch())) {
            return entries.collect(Collectors.toList());
        }
    }

    /** Removes everything. */
    public void remove() {
        try (Stream<Path> walk = Files.walk(root)) {
            List<Path> deepestFirst = walk.sorted(Comparator.reverseOrder()).collect(Collectors.toList());
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + root, e);
        }
    }
}
