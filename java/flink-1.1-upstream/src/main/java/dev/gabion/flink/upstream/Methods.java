package dev.gabion.flink.upstream;

import java.io.FileNotFoundException;
import java.io.PrintStream;
import org.junit.runner.Description;
import org.junit.runner.JUnitCore;
import org.junit.runner.notification.Failure;
import org.junit.runner.notification.RunListener;

/**
 * Runs one compiled JUnit 4 class in this JVM.
 *
 * <p>Arguments: the class, the file for all that it logs and prints, and optionally "forced" if the class must have used
 * {@link ForcedBackend}. Standard output has only a line per method, {@code STATUS SECONDS METHOD[: REASON]}, with the
 * status {@code ok}, {@code skipped} or {@code failed}, and at the very end {@code end}: without that line the JVM died.
 */
public final class Methods extends RunListener {
    private final PrintStream report;
    private long started;
    private String status;

    private Methods(PrintStream report) {
        this.report = report;
    }

    /** Exits with status 0 whatever the tests said; threads that they left running don't hold it up. */
    public static void main(String[] args) throws ClassNotFoundException, FileNotFoundException {
        PrintStream report = System.out;
        try (PrintStream log = new PrintStream(args[1])) {
            System.setOut(log);
            System.setErr(log);
            Methods methods = new Methods(report);
            JUnitCore junit = new JUnitCore();
            junit.addListener(methods);
            junit.run(Class.forName(args[0]));
            if (args.length > 2 && ForcedBackend.made() == 0) {
                methods.print("failed", 0, "the class: it never asked for the backend that it was given");
            }
            report.println("end");
            report.flush();
        }
        Runtime.getRuntime().halt(0);
    }

    @Override
    public void testStarted(Description description) {
        started = System.nanoTime();
        status = "ok";
    }

    @Override
    public void testFailure(Failure failure) {
        System.out.println("FAILED " + failure.getTestHeader() + ": " + failure.getTrace());
        if (status != null || failure.getDescription().getMethodName() == null) {
            print("failed", started, name(failure.getDescription()) + ": " + failure.getException());
        }
        status = null;
    }

    @Override
    public void testAssumptionFailure(Failure failure) {
        status = null;
        print("skipped", started, name(failure.getDescription()) + ": " + failure.getMessage());
    }

    @Override
    public void testIgnored(Description description) {
        print("skipped", System.nanoTime(), name(description) + ": @Ignore");
    }

    @Override
    public void testFinished(Description description) {
        if (status != null) {
            print(status, started, name(description));
        }
    }

    private static String name(Description description) {
        return description.getMethodName() == null ? "the class" : description.getMethodName();
    }

    private void print(String status, long since, String text) {
        double seconds = since == 0 ? 0 : (System.nanoTime() - since) / 1e9;
        report.printf("%s %.1f %s%n", status, seconds, text.lines().findFirst().orElse(""));
        report.flush();
    }
}
