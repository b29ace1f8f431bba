package dev.gabion.flink.upstream;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import javassist.CannotCompileException;
import javassist.ClassPool;
import javassist.CtClass;
import javassist.CtConstructor;
import javassist.LoaderClassPath;
import javassist.expr.ExprEditor;
import javassist.expr.FieldAccess;
import javassist.expr.MethodCall;

/**
 * Gives Flink another default for its state backend, {@link ForcedBackend}, in memory: where a task reads its
 * configuration, and in the harness that drives one operator without a task. Test classes stay as they are.
 */
public final class ForcedBackendAgent implements ClassFileTransformer {
    private static final String FORCED = "dev.gabion.flink.upstream.ForcedBackend";

    private ForcedBackendAgent() {}

    /** Called by the JVM before main. */
    public static void premain(String arguments, Instrumentation instrumentation) {
        instrumentation.addTransformer(new ForcedBackendAgent());
    }

    @Override
    public byte[] transform(ClassLoader loader, String name, Class<?> type, ProtectionDomain domain, byte[] bytes) {
        ExprEditor change = changeOf(name);
        if (change == null) {
            return null;
        }
        try {
            ClassPool pool = new ClassPool();
            pool.appendClassPath(new LoaderClassPath(loader));
            CtClass changed = pool.makeClass(new ByteArrayInputStream(bytes));
            changed.instrument(change);
            return changed.toBytecode();
        } catch (IOException | CannotCompileException failure) {
            // The JVM swallows what a transformer throws, and the class would run on the wrong backend.
            failure.printStackTrace();
            Runtime.getRuntime().halt(3);
            return null;
        }
    }

    private static ExprEditor changeOf(String name) {
        switch (name == null ? "" : name) {
            case "org/apache/flink/streaming/runtime/tasks/StreamTask":
                return new ConfiguredBackend();
            case "org/apache/flink/streaming/util/OneInputStreamOperatorTestHarness":
                return new HarnessBackend();
            default:
                return null;
        }
    }

    /** The task's {@code configuration.getString("state.backend", null)}. */
    private static final class ConfiguredBackend extends ExprEditor {
        @Override
        public void edit(MethodCall call) throws CannotCompileException {
            if (call.getMethodName().equals("getString") && call.where().getMethodInfo().getName().equals("createStateBackend")) {
                call.replace("$_ = $proceed($$); if ($_ == null) { $_ = \"" + FORCED + "\"; }");
            }
        }
    }

    /** The harness's {@code stateBackend = new MemoryStateBackend()}; a test may set another afterwards. */
    private static final class HarnessBackend extends ExprEditor {
        @Override
        public void edit(FieldAccess access) throws CannotCompileException {
            if (access.isWriter() && access.getFieldName().equals("stateBackend") && access.where() instanceof CtConstructor) {
                access.replace("$proceed(" + FORCED + ".forHarness());");
            }
        }
    }
}
