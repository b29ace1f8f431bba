package dev.gabion.demo;

/** The state, or what is left on disk, is not what it must be. */
public final class Difference extends Exception {
    private static final long serialVersionUID = 1L;

    public Difference(String message) {
        super(message);
    }
}
