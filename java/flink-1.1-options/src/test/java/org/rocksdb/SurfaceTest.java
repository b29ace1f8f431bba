package org.rocksdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every class, constructor, method and constant of rocksdbjni that programs use to set options is here. */
class SurfaceTest {
    private static final String DATA = "reads or writes data, which goes through the backend's state objects";
    private static final String BACKUP = "copies databases, which Gabion's snapshots do";
    private static final String SHELL = "stands for what the backend has open; it has no methods for data";
    private static final String ADDRESS = "native plumbing: an address of a native object, or a method that makes or frees one";

    /** Classes that are not here, or only as shells, by the beginning of their names. */
    private static final Map<String, String> CLASSES = new TreeMap<>(Map.ofEntries(
            Map.entry("AbstractRocksIterator", DATA), Map.entry("RocksIterator", DATA), Map.entry("WBWIRocksIterator", DATA),
            Map.entry("AbstractWriteBatch", DATA), Map.entry("WriteBatch", DATA), Map.entry("WriteOptions", DATA),
            Map.entry("ReadOptions", DATA), Map.entry("ReadTier", DATA), Map.entry("FlushOptions", DATA),
            Map.entry("Snapshot", DATA), Map.entry("TransactionLogIterator", DATA), Map.entry("TtlDB", DATA),
            Map.entry("ColumnFamilyDescriptor", DATA),
            Map.entry("Backup", BACKUP), Map.entry("Checkpoint", BACKUP), Map.entry("Restore", BACKUP),
            Map.entry("RocksDB", SHELL), Map.entry("ColumnFamilyHandle", SHELL),
            Map.entry("NativeLibraryLoader", "loads RocksDB's native library; there is none"),
            Map.entry("util.Environment", "finds RocksDB's native library; there is none"),
            Map.entry("RocksMutableObject", "an address that changes; slices are RocksObjects here"),
            Map.entry("StatisticsCollector", "polls a database's statistics from a thread; read the backend's metrics"),
            Map.entry("StatsCollectorInput", "polls a database's statistics from a thread; read the backend's metrics")));

    /** Begin like a class that is left out, but are here. */
    private static final List<String> HERE_AFTER_ALL = List.of("RocksDBException");

    /** Constructors that take an address, or that only native subclasses called. */
    private static final Set<String> PLUMBING_CONSTRUCTORS = Set.of(
            "AbstractCompactionFilter.<init>(long)", "AbstractImmutableNativeReference.<init>(boolean)",
            "AbstractSlice.<init>()", "AbstractSlice.<init>(long)", "Env.<init>()", "Env.<init>(long)", "Filter.<init>()",
            "Filter.<init>(long)", "RocksObject.<init>()", "RocksObject.<init>(long)", "Statistics.<init>(long)");

    private static final Pattern PLUMBING = Pattern.compile("nativeHandle_|[gs]etNativeHandle|disposeInternal|disOwnNativeHandle"
            + "|isOwningNativeHandle|isInitialized|finalize|data0|createNew\\w*|new\\w+Handle");

    private final List<String> missing = new ArrayList<>();
    private final Map<String, String> leftOut = new TreeMap<>();

    static boolean isLeftOut(Class<?> type) {
        return reason(type) != null;
    }

    private static String reason(Class<?> type) {
        String name = type.getName().substring("org.rocksdb.".length());
        if (HERE_AFTER_ALL.contains(name)) {
            return null;
        }
        return CLASSES.entrySet().stream()
                .filter(entry -> name.startsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    @ParameterizedTest
    @ValueSource(strings = {RealRocksDb.V4_5_1, RealRocksDb.V4_11_2})
    void every_member_of_the_option_classes_is_here(String version) throws Exception {
        int compared = 0;
        for (Class<?> theirs : new RealRocksDb(version).publicClasses()) {
            if (isLeftOut(theirs)) {
                leftOut.put(theirs.getName().replace("org.rocksdb.", ""), reason(theirs));
            } else {
                compared += compare(theirs);
            }
        }
        System.out.println("rocksdbjni " + version + ": " + compared + " members are here. Left out:");
        leftOut.values().stream().distinct().sorted().forEach(this::print);
        assertEquals(List.of(), missing);
        assertTrue(compared > 700, "compared " + compared);
    }

    private void print(String reason) {
        System.out.println("* " + reason + ":");
        leftOut.entrySet().stream()
                .filter(entry -> entry.getValue().equals(reason))
                .forEach(entry -> System.out.println("    " + entry.getKey()));
    }

    private int compare(Class<?> theirs) {
        Class<?> ours;
        try {
            ours = Class.forName(theirs.getName());
        } catch (ClassNotFoundException e) {
            missing.add(theirs.getName());
            return 0;
        }
        int before = missing.size();
        check(Modifier.isPublic(ours.getModifiers()), theirs.getName() + " is public");
        check(Modifier.isFinal(ours.getModifiers()) == Modifier.isFinal(theirs.getModifiers()), theirs.getName() + " is final");
        check(Modifier.isAbstract(ours.getModifiers()) == Modifier.isAbstract(theirs.getModifiers()),
                theirs.getName() + " is abstract");
        checkParents(theirs, ours);
        int compared = 0;
        for (Constructor<?> each : theirs.getDeclaredConstructors()) {
            compared += has(ours, each, signature(each), Arrays.asList(ours.getDeclaredConstructors()));
        }
        for (Method each : theirs.getDeclaredMethods()) {
            compared += has(ours, each, signature(each), methods(ours));
        }
        for (Field each : theirs.getDeclaredFields()) {
            compared += has(ours, each, each.getName(), Arrays.asList(ours.getDeclaredFields()));
        }
        return compared - (missing.size() - before);
    }

    private void check(boolean holds, String what) {
        if (!holds) {
            missing.add(what);
        }
    }

    /** What is a RocksObject, an interface or the like there is one here. */
    private void checkParents(Class<?> theirs, Class<?> ours) {
        List<Class<?>> parents = new ArrayList<>(Arrays.asList(theirs.getInterfaces()));
        if (theirs.getSuperclass() != null) {
            parents.add(theirs.getSuperclass());
        }
        for (Class<?> parent : parents) {
            if (Modifier.isPublic(parent.getModifiers()) && !(isOfRocksDb(parent) && isLeftOut(parent))) {
                try {
                    check(Class.forName(parent.getName()).isAssignableFrom(ours), ours + " is a " + parent.getName());
                } catch (ClassNotFoundException e) {
                    missing.add(parent.getName());
                }
            }
        }
    }

    private static boolean isOfRocksDb(Class<?> type) {
        return type.getName().startsWith("org.rocksdb.");
    }

    /** 1 if {@code theirs} is for others and is among ours; what is not is missing or left out. */
    private int has(Class<?> ours, Member theirs, String signature, List<? extends Member> candidates) {
        if ((theirs.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) == 0) {
            return 0;
        }
        boolean found = candidates.stream().anyMatch(our -> stands(our, theirs, signature));
        if (found) {
            return 1;
        }
        String where = ours.getName().replace("org.rocksdb.", "") + "." + signature;
        if (isPlumbing(theirs) || PLUMBING_CONSTRUCTORS.contains(where)) {
            leftOut.put(where, ADDRESS);
        } else {
            missing.add(where);
        }
        return 0;
    }

    /** No public method is: all setters and getters are here. */
    private static boolean isPlumbing(Member theirs) {
        return !Modifier.isPublic(theirs.getModifiers())
                && (PLUMBING.matcher(theirs.getName()).matches() || Modifier.isNative(theirs.getModifiers()));
    }

    private static boolean stands(Member ours, Member theirs, String signature) {
        String our = ours instanceof Executable ? signature((Executable) ours) : ours.getName();
        boolean isAsOpen = Modifier.isPublic(ours.getModifiers())
                || Modifier.isProtected(ours.getModifiers()) && isForSubclasses(theirs);
        boolean isCallable = !Modifier.isAbstract(ours.getModifiers())
                || Modifier.isAbstract(theirs.getModifiers())
                || AbstractSlice.class == ours.getDeclaringClass();
        return our.equals(signature)
                && isAsOpen
                && isCallable
                && Modifier.isStatic(ours.getModifiers()) == Modifier.isStatic(theirs.getModifiers());
    }

    /** Protected, or a constructor of an abstract class, which only subclasses call. */
    private static boolean isForSubclasses(Member theirs) {
        return Modifier.isProtected(theirs.getModifiers())
                || theirs instanceof Constructor && Modifier.isAbstract(theirs.getDeclaringClass().getModifiers());
    }

    private static List<Method> methods(Class<?> type) {
        List<Method> all = new ArrayList<>(Arrays.asList(type.getMethods()));
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            all.addAll(Arrays.asList(each.getDeclaredMethods()));
        }
        return all;
    }

    private static String signature(Executable of) {
        String name = of instanceof Constructor ? "<init>" : of.getName();
        String result = of instanceof Method ? ((Method) of).getReturnType().getName() + " " : "";
        return result + name + Arrays.stream(of.getParameterTypes()).map(Class::getName).collect(Collectors.joining(", ", "(", ")"));
    }
}
