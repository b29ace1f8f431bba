package org.apache.flink.contrib.streaming.state;

import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.execution.Environment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The local directories that databases may live in: the configured ones, or the task manager's temporary ones. */
final class StorageDirectories {
    private static final Logger LOG = LoggerFactory.getLogger(StorageDirectories.class);

    private StorageDirectories() {}

    /**
     * Reads what a user has configured.
     *
     * @throws IllegalArgumentException if there is none, or one is null or not local; then nothing is answered
     */
    static Path[] parse(String... texts) {
        if (texts.length == 0) {
            throw new IllegalArgumentException("no path is given; give one or more, or null for the task manager's own");
        }
        Path[] paths = new Path[texts.length];
        for (int i = 0; i < texts.length; i++) {
            if (texts[i] == null) {
                throw new IllegalArgumentException("the path at index " + i + " is null; give a local directory");
            }
            paths[i] = new Path(texts[i]);
            String scheme = paths[i].toUri().getScheme();
            if (scheme != null && !scheme.equalsIgnoreCase("file")) {
                throw new IllegalArgumentException(
                        "Path " + texts[i] + " has a non-local scheme; state is kept in a directory of the local file system");
            }
        }
        return paths;
    }

    /**
     * Answers the directories in which a database can be made now. Configured ones are tried, and made if need be; those of
     * the task manager are taken as they are.
     *
     * @param configured null for the task manager's own
     * @throws Exception if none of the configured ones can be used
     */
    static File[] usable(Path[] configured, Environment environment) throws Exception {
        if (configured == null) {
            return environment.getIOManager().getSpillingDirectories();
        }
        List<File> usable = new ArrayList<>();
        StringBuilder failures = new StringBuilder();
        for (Path path : configured) {
            File directory = new File(path.toUri().getPath());
            File probe = new File(directory, UUID.randomUUID().toString());
            if (probe.mkdirs()) {
                usable.add(directory);
                if (!probe.delete()) {
                    LOG.warn("Cannot remove {}, with which the directory was tried", probe);
                }
            } else {
                String failure = "Local DB files directory '" + path + "' does not exist and cannot be created, or is not writable.";
                LOG.error(failure);
                failures.append(' ').append(failure);
            }
        }
        if (usable.isEmpty()) {
            throw new Exception("No local storage directories available." + failures);
        }
        return usable.toArray(new File[0]);
    }

    /**
     * Picks one, at random: several instances spread over all disks, and each keeps all its files on one of them.
     *
     * @throws Exception if no directory has a path that the engine takes
     */
    static File pick(File[] directories) throws Exception {
        List<File> possible = new ArrayList<>();
        for (File directory : directories) {
            if (directory.getAbsolutePath().indexOf(',') < 0) {
                possible.add(directory.getAbsoluteFile());
            }
        }
        if (possible.isEmpty()) {
            throw new Exception(
                    "each of the storage directories " + List.of(directories) + " has a comma in its path, which is not possible;"
                            + " set others by setDbStoragePaths, or as the task manager's temporary directories");
        }
        return possible.get(ThreadLocalRandom.current().nextInt(possible.size()));
    }
}
