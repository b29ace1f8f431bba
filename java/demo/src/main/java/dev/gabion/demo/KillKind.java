package dev.gabion.demo;

/** When the job is killed. */
enum KillKind {
    /** At a random instant of its work. */
    WORK("at a random instant", "the job at work"),
    /** After a snapshot has started and before it has completed. */
    SNAPSHOT("while a snapshot was in flight", "a snapshot in flight"),
    /** After a restore has started and before it has ended. */
    RESTORE("during a restore", "a running restore");

    private final String text;
    private final String target;

    KillKind(String text, String target) {
        this.text = text;
        this.target = target;
    }

    /** What is to be hit. */
    String target() {
        return target;
    }

    @Override
    public String toString() {
        return text;
    }
}
