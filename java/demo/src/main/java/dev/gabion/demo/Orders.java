package dev.gabion.demo;

import java.util.Scanner;

/** What the driver tells the job, on standard input: to finish. If the driver is gone, the job ends at once. */
final class Orders {
    static final String FINISH = "finish";
    private static final int DRIVER_IS_GONE = 3;

    private volatile boolean finish;

    private Orders() {}

    /** Starts to listen. */
    static Orders listen() {
        Orders orders = new Orders();
        Thread thread = new Thread(orders::read, "orders");
        thread.setDaemon(true);
        thread.start();
        return orders;
    }

    /** Whether it is time to finish. */
    boolean finish() {
        return finish;
    }

    private void read() {
        try (Scanner in = new Scanner(System.in, "UTF-8")) {
            while (in.hasNextLine()) {
                if (in.nextLine().equals(FINISH)) {
                    finish = true;
                }
            }
        }
        Runtime.getRuntime().halt(DRIVER_IS_GONE);
    }
}
