package org.apache.flink.contrib.streaming.state;

import java.net.URI;
import org.apache.flink.core.fs.Path;

/**
 * The place of a native snapshot store. Flink's paths take {@code %} and spaces as they are, URIs escape them, and Gabion
 * unescapes; so a place is kept as a URI and all other forms are made from that, here.
 */
final class StoreUrl {
    static final String LOCAL = "file";

    private StoreUrl() {}

    /**
     * Parses what the user gave, as Flink parses the URL of a checkpoint directory.
     *
     * @param url as {@code file:///path} or {@code hdfs://host:port/path}
     * @throws IllegalArgumentException if it is no such place
     */
    static URI parse(String url) {
        URI uri = new Path(url).toUri();
        String scheme = uri.getScheme();
        String path = uri.getPath();
        if (!LOCAL.equals(scheme) && !"hdfs".equals(scheme)) {
            throw wrong(url, scheme == null ? "has no scheme" : "has the scheme " + scheme);
        }
        if (path == null || !path.startsWith("/") || path.equals("/")) {
            throw wrong(url, "has no absolute path below the root");
        }
        String authority = uri.getAuthority();
        if (LOCAL.equals(scheme) && authority != null && !authority.isEmpty()) {
            throw wrong(url, "names the host " + authority + "; write file:///path");
        }
        return uri;
    }

    /** The directory {@code name} in {@code parent}. */
    static URI child(URI parent, String name) {
        return new Path(new Path(parent), name).toUri();
    }

    /** The form in which Gabion takes it. */
    static String forGabion(URI place) {
        String authority = place.getRawAuthority();
        return place.getScheme() + "://" + (authority == null ? "" : authority) + place.getRawPath();
    }

    private static IllegalArgumentException wrong(String url, String why) {
        return new IllegalArgumentException("the URL of the native snapshot store, " + url + ", " + why
                + "; the JobManager discards snapshots there through Flink's own file systems, so it must be"
                + " file:///path or hdfs://host:port/path. For other places leave the store out: checkpoints then go"
                + " to the checkpoint directory");
    }
}
