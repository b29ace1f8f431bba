package org.rocksdb;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Collectors;

/** The classes of a real rocksdbjni, in a class loader of their own. */
final class RealRocksDb {
    static final String V4_5_1 = "4.5.1";
    static final String V4_11_2 = "4.11.2";

    private final ClassLoader loader;
    private final List<String> names;

    RealRocksDb(String version) throws Exception {
        File jar = new File(System.getProperty("gabion.rocksdbjni"), "rocksdbjni-" + version + ".jar");
        loader = new URLClassLoader(new URL[] {jar.toURI().toURL()}, ClassLoader.getPlatformClassLoader());
        try (JarFile file = new JarFile(jar)) {
            names = file.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.endsWith(".class"))
                    .map(name -> name.replace('/', '.').substring(0, name.length() - ".class".length()))
                    .sorted()
                    .collect(Collectors.toList());
        }
    }

    /** Loads the native library, or says why that is not possible here. */
    String whyNotNative() throws Exception {
        try {
            load("org.rocksdb.RocksDB").getMethod("loadLibrary").invoke(null);
            return null;
        } catch (InvocationTargetException e) {
            return e.getCause().toString();
        }
    }

    /** All public classes and interfaces. */
    List<Class<?>> publicClasses() throws Exception {
        List<Class<?>> all = new ArrayList<>();
        for (String name : names) {
            Class<?> type = load(name);
            if (Modifier.isPublic(type.getModifiers())) {
                all.add(type);
            }
        }
        return all;
    }

    /** The class of this name, not initialized. */
    Class<?> load(String name) throws ClassNotFoundException {
        return Class.forName(name, false, loader);
    }

    /** The class here that stands for ours. */
    Class<?> real(Class<?> ours) throws ClassNotFoundException {
        return ours.isPrimitive() || ours.getName().startsWith("java.") ? ours : load(ours.getName());
    }

    /** The value here that stands for ours: of a class with a constructor without parameters, an enum, a list, or Java's own. */
    Object real(Object ours) throws Exception {
        if (ours instanceof Enum) {
            Class<?> type = load(((Enum<?>) ours).getDeclaringClass().getName());
            return type.getMethod("valueOf", String.class).invoke(null, ((Enum<?>) ours).name());
        }
        if (ours instanceof List) {
            List<Object> all = new ArrayList<>();
            for (Object one : (List<?>) ours) {
                all.add(real(one));
            }
            return all;
        }
        if (ours.getClass().getName().startsWith("java.")) {
            return ours;
        }
        return load(ours.getClass().getName()).getConstructor().newInstance();
    }

    /** Calls {@code method}, of our class, on a real object, with what stands for our argument. */
    Object call(Object real, Method method, Object... arguments) throws Exception {
        Class<?>[] types = new Class<?>[arguments.length];
        Object[] values = new Object[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            types[i] = real(method.getParameterTypes()[i]);
            values[i] = real(arguments[i]);
        }
        return real.getClass().getMethod(method.getName(), types).invoke(real, values);
    }

    /** What the getters of an object answer, as text, by name. */
    static Map<String, String> answers(Object options) throws Exception {
        Map<String, String> answers = new TreeMap<>();
        for (Method method : options.getClass().getMethods()) {
            Class<?> type = method.getReturnType();
            boolean isGetter = method.getParameterCount() == 0
                    && !Modifier.isStatic(method.getModifiers())
                    && method.getDeclaringClass() == options.getClass()
                    && (type.isPrimitive() || type.isEnum() || type == String.class || type == List.class)
                    && type != void.class;
            if (isGetter && !method.getName().equals("unsupported")) {
                answers.put(method.getName(), String.valueOf(method.invoke(options)));
            }
        }
        return answers;
    }

    /** The setters of one of our classes: its public methods with one parameter that return it. */
    static List<Method> setters(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method -> method.getReturnType() == type && method.getParameterCount() == 1)
                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                .sorted(Comparator.comparing(Method::toString))
                .collect(Collectors.toList());
    }
}
