package dev.gabion.flink.demo;

import dev.gabion.demo.Message;

/** What the job says to the demo: a line on standard output. Any thread. */
final class Report {
    private Report() {}

    static void say(Message message) {
        synchronized (System.out) {
            System.out.println(message);
            System.out.flush();
        }
    }
}
