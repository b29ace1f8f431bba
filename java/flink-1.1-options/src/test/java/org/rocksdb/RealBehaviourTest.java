package org.rocksdb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ours beside the real rocksdbjni with its native library. */
class RealBehaviourTest {
    /** The real setter of 4.11.2 does nothing, and its getter answers 0. */
    private static final String DEAF = "maxMemCompactionLevel";

    /** The number of levels, which is one less in 4.5.1. */
    private static final String COUNT = "NUM_INFO_LOG_LEVELS";

    private static RealRocksDb old;
    private static RealRocksDb real;

    @BeforeAll
    static void load() throws Exception {
        old = new RealRocksDb(RealRocksDb.V4_5_1);
        real = new RealRocksDb(RealRocksDb.V4_11_2);
        for (RealRocksDb each : List.of(old, real)) {
            String why = each.whyNotNative();
            assumeTrue(why == null, "rocksdbjni has no native library for this machine: " + why);
        }
    }

    private static final String DB = "DBOptions";
    private static final String FAMILY = "ColumnFamilyOptions";
    private static final String BOTH = "Options";

    private static Object ours(String name) throws Exception {
        return Class.forName("org.rocksdb." + name).getConstructor().newInstance();
    }

    private static Map<String, String> heard(Object options) throws Exception {
        Map<String, String> answers = RealRocksDb.answers(options);
        answers.remove(DEAF);
        return answers;
    }

    /** Our answers to the questions that the real object was asked. */
    private static Map<String, String> same(Map<String, String> theirs, Object ours) throws Exception {
        Map<String, String> answers = heard(ours);
        answers.keySet().retainAll(theirs.keySet());
        return answers;
    }

    @ParameterizedTest
    @ValueSource(strings = {DB, FAMILY, BOTH, "BlockBasedTableConfig", "PlainTableConfig", "SkipListMemTableConfig",
            "HashLinkedListMemTableConfig", "HashSkipListMemTableConfig", "VectorMemTableConfig", "ComparatorOptions"})
    void getters_answer_the_real_defaults(String name) throws Exception {
        Object ours = ours(name);
        Map<String, String> theirs = heard(real.real(ours));
        assertTrue(!theirs.isEmpty(), name);
        assertEquals(theirs, same(theirs, ours));
    }

    @ParameterizedTest
    @ValueSource(strings = {DB, FAMILY, BOTH, "BlockBasedTableConfig", "PlainTableConfig", "SkipListMemTableConfig",
            "HashLinkedListMemTableConfig", "HashSkipListMemTableConfig", "VectorMemTableConfig", "ComparatorOptions"})
    void after_each_setter_all_getters_answer_as_the_real_ones(String name) throws Exception {
        int compared = 0;
        for (Method setter : RealRocksDb.setters(Class.forName("org.rocksdb." + name))) {
            for (Object value : Samples.of(setter)) {
                if (isThereReally(real, setter, value)) {
                    Object ours = ours(name);
                    Object theirs = real.real(ours);
                    setter.invoke(ours, value);
                    real.call(theirs, setter, value);
                    Map<String, String> answers = heard(theirs);
                    assertEquals(answers, same(answers, ours), setter.getName() + "(" + value + ")");
                    compared++;
                }
            }
        }
        assertTrue(compared > 0, name);
    }

    @ParameterizedTest
    @ValueSource(strings = {DB, FAMILY, BOTH})
    void what_a_setter_of_4_5_1_changes_is_changed_here(String name) throws Exception {
        int changes = 0;
        for (Method setter : RealRocksDb.setters(Class.forName("org.rocksdb." + name))) {
            for (Object value : Samples.of(setter)) {
                if (isThereReally(old, setter, value)) {
                    Object ours = ours(name);
                    Object theirs = old.real(ours);
                    Map<String, String> before = heard(theirs);
                    setter.invoke(ours, value);
                    old.call(theirs, setter, value);
                    Map<String, String> changed = heard(theirs);
                    changed.entrySet().removeAll(before.entrySet());
                    assertEquals(changed, same(changed, ours), setter.getName() + "(" + value + ")");
                    changes += changed.size();
                }
            }
        }
        assertTrue(changes > 30, name + ": " + changes);
    }

    /** Objects that take arguments to make, and setters of the other version, are not compared. */
    private static boolean isThereReally(RealRocksDb real, Method setter, Object value) throws Exception {
        boolean isPlain = value instanceof Comparable || value instanceof List;
        boolean isConfiguration = value.getClass() == BloomFilter.class
                || value instanceof MemTableConfig
                || value instanceof TableFormatConfig
                || value instanceof MergeOperator;
        try {
            Class<?> type = real.load(setter.getDeclaringClass().getName());
            Class<?> parameter = real.real(setter.getParameterTypes()[0]);
            type.getMethod(setter.getName(), parameter);
            return (isPlain || isConfiguration) && (!parameter.isEnum() || has(parameter, value));
        } catch (NoSuchMethodException e) {
            return false;
        }
    }

    private static boolean has(Class<?> realEnum, Object ours) {
        return Arrays.stream(realEnum.getEnumConstants()).anyMatch(constant -> constant.toString().equals(ours.toString()));
    }

    @Test
    void the_methods_without_a_value_do_what_the_real_ones_do() throws Exception {
        for (String name : List.of("optimizeLevelStyleCompaction", "optimizeUniversalStyleCompaction", "prepareForBulkLoad")) {
            Options ours = new Options();
            Object theirs = real.real(ours);
            Method method = Options.class.getMethod(name);
            method.invoke(ours);
            real.call(theirs, method);
            assertEquals(heard(theirs), same(heard(theirs), ours), name);
        }
    }

    @Test
    void the_last_of_two_settings_of_the_same_wins_as_it_does_really() throws Exception {
        Method parallelism = DBOptions.class.getMethod("setIncreaseParallelism", int.class);
        Method compactions = DBOptions.class.getMethod("setMaxBackgroundCompactions", int.class);
        Method flushes = DBOptions.class.getMethod("setMaxBackgroundFlushes", int.class);
        for (List<Method> order : List.of(List.of(parallelism, compactions), List.of(compactions, parallelism),
                List.of(flushes, parallelism), List.of(parallelism, flushes, compactions))) {
            DBOptions ours = new DBOptions();
            Object theirs = real.real(ours);
            int value = 5;
            for (Method setter : order) {
                setter.invoke(ours, value);
                real.call(theirs, setter, value);
                value++;
            }
            assertEquals(heard(theirs), same(heard(theirs), ours), order.toString());
        }
    }

    @Test
    void properties_are_read_as_they_are_really() throws Exception {
        Map<String, String> db = new TreeMap<>(Map.of("max_open_files", "77", "bytes_per_sync", "4k", "use_fsync", "1",
                "WAL_ttl_seconds", "3", "disable_data_sync", "false", "info_log_level", "WARN_LEVEL", "wal_dir", "/x",
                "allow_fallocate", "false", "max_subcompactions", "2", "wal_recovery_mode", "kAbsoluteConsistency"));
        sameFromProperties(DB, "getDBOptionsFromProps", db);
        Map<String, String> family = new TreeMap<>(Map.of("write_buffer_size", "8M", "num_levels", "4",
                "compression", "kLZ4Compression", "compaction_style", "kCompactionStyleUniversal", "soft_rate_limit", "0.5",
                "compression_per_level", "kNoCompression:kSnappyCompression", "merge_operator", "x",
                "level_compaction_dynamic_level_bytes", "true", "paranoid_file_checks", "true", "filter_deletes", "true"));
        sameFromProperties(FAMILY, "getColumnFamilyOptionsFromProps", family);
        for (String wrong : List.of("tomato=1", "max_open_files=many", "use_fsync=maybe", "info_log_level=LOUD")) {
            assertNull(fromProperties(DB, "getDBOptionsFromProps", Map.of(wrong.split("=")[0], wrong.split("=")[1])), wrong);
        }
        for (String wrong : List.of("tomato=1", "num_levels=x", "compression=kNone", "compaction_style=level")) {
            Map<String, String> one = Map.of(wrong.split("=")[0], wrong.split("=")[1]);
            assertNull(fromProperties(FAMILY, "getColumnFamilyOptionsFromProps", one), wrong);
        }
    }

    private static void sameFromProperties(String name, String method, Map<String, String> values) throws Exception {
        for (Map.Entry<String, String> each : values.entrySet()) {
            assertNotNull(fromProperties(name, method, Map.ofEntries(each)), each.toString());
        }
        assertNotNull(fromProperties(name, method, values));
    }

    /** Ours, after it was compared with the real one; null if there is none. */
    private static Object fromProperties(String name, String method, Map<String, String> values) throws Exception {
        Properties properties = new Properties();
        properties.putAll(values);
        Object ours = Class.forName("org.rocksdb." + name).getMethod(method, Properties.class).invoke(null, properties);
        Object theirs = real.load("org.rocksdb." + name).getMethod(method, Properties.class).invoke(null, properties);
        assertEquals(theirs == null, ours == null, values.toString());
        if (ours != null) {
            assertEquals(heard(theirs), same(heard(theirs), ours), values.toString());
        }
        return ours;
    }

    @Test
    void constants_and_numbers_are_the_real_ones() throws Exception {
        int compared = 0;
        for (RealRocksDb each : List.of(old, real)) {
            for (Class<?> type : each.publicClasses()) {
                if (!SurfaceTest.isLeftOut(type)) {
                    compared += sameConstants(type, Class.forName(type.getName()));
                }
            }
        }
        assertTrue(compared > 200, "compared " + compared);
    }

    private static int sameConstants(Class<?> theirs, Class<?> ours) throws Exception {
        int compared = 0;
        for (Field field : theirs.getFields()) {
            Class<?> type = field.getType();
            if (Modifier.isStatic(field.getModifiers()) && (type.isPrimitive() || type.isEnum())) {
                String where = ours.getName() + "." + field.getName();
                Object real = field.get(null);
                Object our = ours.getField(field.getName()).get(null);
                assertEquals(String.valueOf(real), String.valueOf(our), where);
                boolean isNumbered = type == theirs && ours != BuiltinComparator.class && !field.getName().equals(COUNT);
                if (isNumbered) {
                    Method number = theirs.getMethod("getValue");
                    assertEquals(number.invoke(real), ours.getMethod("getValue").invoke(our), where);
                }
                compared++;
            }
        }
        return compared;
    }
}
