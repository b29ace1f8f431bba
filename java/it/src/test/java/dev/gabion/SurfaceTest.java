package dev.gabion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SurfaceTest {
    /** Every class of the core, from where it was loaded: a jar or a directory. */
    private static List<Class<?>> classes() throws Exception {
        Path place = new File(Gabion.class.getProtectionDomain().getCodeSource().getLocation().toURI()).toPath();
        if (Files.isDirectory(place)) {
            return classesIn(place.resolve("dev/gabion"));
        }
        try (FileSystem jar = FileSystems.newFileSystem(place, (ClassLoader) null)) {
            return classesIn(jar.getPath("dev/gabion"));
        }
    }

    private static List<Class<?>> classesIn(Path folder) throws Exception {
        List<String> names;
        try (Stream<Path> files = Files.list(folder)) {
            names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".class") && !name.equals("package-info.class"))
                    .map(name -> "dev.gabion." + name.substring(0, name.length() - ".class".length()))
                    .collect(Collectors.toList());
        }
        List<Class<?>> classes = new ArrayList<>();
        for (String name : names) {
            classes.add(Class.forName(name));
        }
        assertTrue(classes.contains(Native.class) && classes.contains(Backend.class), names.toString());
        return classes;
    }

    private static boolean visible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    @Test
    void no_handle_and_no_native_method_can_be_reached_from_outside() throws Exception {
        for (Class<?> each : classes()) {
            for (Method method : each.getDeclaredMethods()) {
                if (Modifier.isNative(method.getModifiers())) {
                    assertEquals(Native.class, each);
                }
            }
            if (!Modifier.isPublic(each.getModifiers())) {
                continue;
            }
            List<Executable> executables = new ArrayList<>(List.of(each.getDeclaredMethods()));
            executables.addAll(List.<Constructor<?>>of(each.getDeclaredConstructors()));
            for (Executable executable : executables) {
                if (visible(executable.getModifiers())) {
                    String name = executable.toGenericString();
                    assertFalse(name.matches("(?i).*(handle|address|pointer|native\\b).*"), name);
                }
            }
            for (Field field : each.getDeclaredFields()) {
                if (visible(field.getModifiers()) && !field.isEnumConstant()) {
                    assertTrue(Modifier.isFinal(field.getModifiers()), field.toGenericString());
                    assertFalse(field.getType() == long.class, field.toGenericString());
                }
            }
        }
    }

    @Test
    void every_public_class_is_final() throws Exception {
        for (Class<?> each : classes()) {
            if (Modifier.isPublic(each.getModifiers()) && !each.isInterface()) {
                assertTrue(Modifier.isFinal(each.getModifiers()), each.getName());
            }
        }
    }

    @Test
    void the_core_is_java_11_byte_code() throws Exception {
        try (java.io.InputStream in = Backend.class.getResourceAsStream("Backend.class")) {
            byte[] head = in.readNBytes(8);
            assertEquals(55, head[6] << 8 | head[7]);
        }
    }

    @Test
    void codes_keep_their_numbers_and_unknown_ones_are_unknown() {
        GabionException.Code[] codes = GabionException.Code.values();
        for (int number = 1; number < codes.length; number++) {
            assertEquals(codes[number], GabionException.Code.of(number));
        }
        for (int number : new int[] {Integer.MIN_VALUE, -1, 0, codes.length, Integer.MAX_VALUE}) {
            assertEquals(GabionException.Code.UNKNOWN, GabionException.Code.of(number));
        }
    }
}
