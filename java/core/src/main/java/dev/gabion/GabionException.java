package dev.gabion;

/** A failure of the engine: a code for programs, a message for people. */
public final class GabionException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What went wrong. Later versions add codes, so branches need a default. */
    public enum Code {
        /** A code that this version of the Java library does not know. */
        UNKNOWN,
        /** An argument has a wrong length or value. */
        INVALID_ARGUMENT,
        /** The backend is closed; such calls throw {@link IllegalStateException} instead. */
        CLOSED,
        /** Another thread's write is in progress on this backend. */
        CONCURRENT_WRITE,
        /** A column family, snapshot or file that was asked for is not there. */
        NOT_FOUND,
        /** Something of that name is there already. */
        ALREADY_EXISTS,
        /** Two things that must be equal differ: descriptors, merge kinds, key ranges. */
        MISMATCH,
        /** Reading or writing a file or an object failed. */
        IO,
        /** Bytes are not what was written. */
        CORRUPTION,
        /** A newer writer has taken over the snapshot directory. */
        FENCED,
        /** The job was cancelled. */
        CANCELLED,
        /** The operation is not possible here, whatever the arguments. */
        UNSUPPORTED,
        /** RocksDB refused or failed; its own words are in the message. */
        ENGINE,
        /** A bug in Gabion. Only closing the objects involved is promised to work. */
        PANIC,
        /** The work did not end in the time given. */
        TIMED_OUT,
        /** The result is not there yet: the job is still running. */
        RUNNING;

        private static final Code[] BY_NUMBER = values();

        static Code of(int number) {
            return number > 0 && number < BY_NUMBER.length ? BY_NUMBER[number] : UNKNOWN;
        }
    }

    /** What went wrong. */
    private final Code code;

    GabionException(Code code, String message) {
        super(message);
        this.code = code;
    }

    /**
     * Returns what went wrong.
     *
     * @return the code, {@link Code#UNKNOWN} if the native library is newer than this class
     */
    public Code code() {
        return code;
    }

    /** The exception for the engine's error of that number; the only place that chooses its class. */
    static RuntimeException of(int number, String message) {
        Code code = Code.of(number);
        return code == Code.CLOSED ? new IllegalStateException(message) : new GabionException(code, message);
    }

    @Override
    public String toString() {
        return "GabionException[" + code + "]: " + getMessage();
    }
}
