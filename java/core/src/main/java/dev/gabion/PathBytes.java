package dev.gabion;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.Paths;

/**
 * Absolute paths as the bytes that the file system knows, which cross the border as they are.
 *
 * <p>A path's text is no substitute: in a plain C locale ({@code sun.jnu.encoding} is then ASCII) it has lost what is not
 * ASCII, and no path can be made from such text. The JDK's URIs of paths carry each byte.
 */
final class PathBytes {
    private static final String UNRESERVED = "/-._~";

    private PathBytes() {}

    /** The bytes of {@code path}, made absolute; a path of another file system than the default one is refused. */
    static byte[] of(Path path) {
        String text = path.toAbsolutePath().toString();
        boolean plain = path.getFileSystem() == FileSystems.getDefault() && text.chars().allMatch(PathBytes::isPlain);
        return plain ? text.getBytes(StandardCharsets.US_ASCII) : ofUri(path);
    }

    /** By way of the URI, which looks at the file: too slow for the barrier of a snapshot. */
    private static byte[] ofUri(Path path) {
        URI uri = path.toAbsolutePath().toUri();
        if (!"file".equals(uri.getScheme())) {
            throw new IllegalArgumentException(
                    "the path " + path + " is of a file system with the scheme " + uri.getScheme()
                            + "; use one of the default file system");
        }
        String text = uri.getRawPath();
        // The URI of a directory that exists ends with a slash.
        int end = text.length() > 1 && text.endsWith("/") ? text.length() - 1 : text.length();
        ByteBuffer bytes = ByteBuffer.allocate(end);
        for (int at = 0; at < end; at++) {
            char character = text.charAt(at);
            if (character == '%') {
                bytes.put((byte) Integer.parseInt(text.substring(at + 1, at + 3), 16));
                at += 2;
            } else {
                bytes.put((byte) character);
            }
        }
        byte[] exact = new byte[bytes.position()];
        bytes.flip().get(exact);
        return exact;
    }

    /** The path of these bytes, which begin with a slash. */
    static Path path(byte[] bytes) {
        String plain = new String(bytes, StandardCharsets.US_ASCII);
        if (plain.chars().allMatch(PathBytes::isPlain)) {
            return Paths.get(plain);
        }
        StringBuilder text = new StringBuilder("file://");
        for (byte each : bytes) {
            char character = (char) (each & 0xff);
            if (isPlain(character)) {
                text.append(character);
            } else {
                text.append(String.format("%%%02X", (int) character));
            }
        }
        return Paths.get(URI.create(text.toString()));
    }

    /** Whether the character stands for itself in a URI and in every encoding. */
    private static boolean isPlain(int character) {
        return character < 0x80 && (Character.isLetterOrDigit(character) || UNRESERVED.indexOf(character) >= 0);
    }
}
