package dev.gabion.flink.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import japicmp.cmp.JApiCmpArchive;
import japicmp.cmp.JarArchiveComparator;
import japicmp.cmp.JarArchiveComparatorOptions;
import japicmp.model.AccessModifier;
import japicmp.model.JApiBehavior;
import japicmp.model.JApiClass;
import japicmp.model.JApiCompatibility;
import org.apache.flink.contrib.streaming.state.RocksDBStateBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gabion's jar against the one of Flink 1.1.3 that it replaces. */
class ApiTest {
    @Test
    void every_public_or_protected_member_of_upstream_is_there_unchanged_but_those_explained() throws Exception {
        TreeMap<String, String> explained = explained();
        File gabion = new File(System.getProperty("gabion.backend"));
        assertTrue(gabion.isFile(), () -> gabion + " is not there; build the module flink-1.1 first");
        assertEquals(explained.keySet(), differences(upstream(), gabion));
    }

    @Test
    void upstream_does_not_differ_from_itself() throws Exception {
        assertEquals(new TreeSet<String>(), differences(upstream(), upstream()));
    }

    @Test
    void an_empty_jar_lacks_the_backend(@TempDir Path directory) throws Exception {
        Path empty = directory.resolve("empty.jar");
        new JarOutputStream(Files.newOutputStream(empty), new Manifest()).close();
        TreeSet<String> differences = differences(upstream(), empty.toFile());
        assertTrue(differences.contains(RocksDBStateBackend.class.getName() + " CLASS_REMOVED"), differences::toString);
    }

    /** What would break a program in source or binary form, as {@code member CHANGE}. */
    private static TreeSet<String> differences(File before, File after) {
        JarArchiveComparatorOptions options = new JarArchiveComparatorOptions();
        options.setAccessModifier(AccessModifier.PROTECTED);
        options.setClassPathMode(JarArchiveComparatorOptions.ClassPathMode.ONE_COMMON_CLASSPATH);
        options.getClassPathEntries().addAll(List.of(System.getProperty("java.class.path").split(File.pathSeparator)));
        TreeSet<String> found = new TreeSet<>();
        for (JApiClass type : new JarArchiveComparator(options)
                .compare(new JApiCmpArchive(before, "before"), new JApiCmpArchive(after, "after"))) {
            String name = type.getFullyQualifiedName();
            add(found, name, type);
            add(found, name + " superclass", type.getSuperclass());
            type.getInterfaces().forEach(member -> add(found, name + " " + member.getFullyQualifiedName(), member));
            type.getFields().forEach(member -> add(found, name + "." + member.getName(), member));
            type.getConstructors().forEach(member -> add(found, name + "." + signature(member), member));
            type.getMethods().forEach(member -> add(found, name + "." + signature(member), member));
        }
        return found;
    }

    private static void add(TreeSet<String> found, String member, JApiCompatibility compared) {
        compared.getCompatibilityChanges().stream()
                .filter(change -> !change.isBinaryCompatible() || !change.isSourceCompatible())
                .forEach(change -> found.add(member + " " + change.getType()));
    }

    private static String signature(JApiBehavior behavior) {
        return behavior.getParameters().stream()
                .map(parameter -> parameter.getType())
                .collect(Collectors.joining(", ", behavior.getName() + "(", ")"));
    }

    private static File upstream() throws URISyntaxException {
        return new File(RocksDBStateBackend.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /** The lines {@code member CHANGE: reason} of the resource. */
    private static TreeMap<String, String> explained() throws IOException {
        TreeMap<String, String> explained = new TreeMap<>();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(ApiTest.class.getResourceAsStream("api-differences"), UTF_8))) {
            for (String line : lines.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).collect(Collectors.toList())) {
                int colon = line.indexOf(": ");
                assertTrue(colon > 0, () -> "no reason in the line: " + line);
                explained.put(line.substring(0, colon), line.substring(colon + 2));
            }
        }
        return explained;
    }
}
