package dev.gabion.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The text to read: one file, or all text files of a folder in the order of their paths. Immutable. */
public final class Input {
    /** A file with a zero byte among its first ones is no text; the same rule as git's. */
    private static final int HEAD = 8000;

    /** A file, its name in the input, and its size when it was listed: what is added later is not read. */
    public static final class TextFile {
        public final Path path;
        final String name;
        public final long size;
        private final long modified;

        TextFile(Path path, String name, long size, long modified) {
            this.path = path;
            this.name = name;
            this.size = size;
            this.modified = modified;
        }

        private boolean isSame(TextFile other) {
            return path.equals(other.path) && size == other.size && modified == other.modified;
        }
    }

    private final List<TextFile> files;
    private final long bytes;

    private Input(List<TextFile> files) {
        this.files = Collections.unmodifiableList(files);
        this.bytes = files.stream().mapToLong(file -> file.size).sum();
    }

    /**
     * Lists the text at {@code root}.
     *
     * @throws IOException if there is none, or it can't be read
     */
    public static Input at(Path root) throws IOException {
        if (!Files.exists(root)) {
            throw new NoSuchFileException(root.toString(), null, "no such input; name a text file or a folder");
        }
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(root)) {
            boolean single = !Files.isDirectory(root);
            paths = walk.filter(path -> single || Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                    .sorted()
                    .collect(Collectors.toList());
        }
        List<TextFile> files = new ArrayList<>();
        for (Path path : paths) {
            if (isText(path)) {
                String name = path.equals(root) ? String.valueOf(path.getFileName()) : root.relativize(path).toString();
                files.add(new TextFile(path, name, Files.size(path), Files.getLastModifiedTime(path).toMillis()));
            }
        }
        if (files.stream().allMatch(file -> file.size == 0)) {
            throw new IOException(root + " holds no text (" + paths.size() + " files looked at); name another input");
        }
        return new Input(files);
    }

    public List<TextFile> files() {
        return files;
    }

    public long bytes() {
        return bytes;
    }

    /** Bytes before a position, all rounds counted. */
    long bytesBefore(Position position) {
        long before = files.subList(0, position.file).stream().mapToLong(file -> file.size).sum();
        return position.round * bytes + before + position.offset;
    }

    /** Whether the other listing found the same files, unchanged. */
    public boolean isSame(Input other) {
        if (files.size() != other.files.size()) {
            return false;
        }
        for (int i = 0; i < files.size(); i++) {
            if (!files.get(i).isSame(other.files.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isText(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            for (byte b : in.readNBytes(HEAD)) {
                if (b == 0) {
                    return false;
                }
            }
            return true;
        }
    }
}
