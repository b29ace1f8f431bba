package org.apache.flink.contrib.streaming.state;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidClassException;
import java.io.ObjectInputFilter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.util.InstantiationUtil;

/**
 * Reads what Flink 1.1 writes for a fully asynchronous snapshot (docs/flink-1.1.md has the bytes): first
 * {@link #readHeader}, then {@link #next} for each record. It allocates no more than the stream really has, whatever lengths
 * the stream claims. One thread; the stream stays the caller's, and should be buffered.
 */
final class FlinkFormatReader {
    /** A record names its state by one byte. */
    static final int MAX_STATES = 256;
    /** No array in a descriptor is longer, nor a default value. */
    private static final int MAX_ARRAY = 1 << 24;

    private final InputStream in;
    private final ClassLoader userClassLoader;
    /** Which state a record's byte means; -1: none. */
    private final int[] stateOfId = new int[MAX_STATES];

    private List<StateDescriptor<?, ?>> states;
    private long records;
    private int state;
    private byte[] key;
    private byte[] value;

    /** {@code userClassLoader} may be null, for that of this class. */
    FlinkFormatReader(InputStream in, ClassLoader userClassLoader) {
        this.in = in;
        this.userClassLoader = userClassLoader == null ? FlinkFormatReader.class.getClassLoader() : userClassLoader;
        Arrays.fill(stateOfId, -1);
    }

    /**
     * Reads the descriptors of the states, with the user's classes.
     *
     * @return one per state, with distinct names
     * @throws IOException what is wrong with them
     */
    List<StateDescriptor<?, ?>> readHeader() throws IOException {
        int count = readInt("the number of states");
        if (count < 0 || count > MAX_STATES) {
            throw corrupt("it claims " + count + " states, and Flink 1.1 can tell at most " + MAX_STATES + " apart");
        }
        states = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < count; i++) {
            int id = in.read();
            if (id < 0) {
                throw truncated("before the descriptor of state " + i + " of " + count);
            }
            if (stateOfId[id] >= 0) {
                throw corrupt("two states have the number " + id);
            }
            stateOfId[id] = i;
            StateDescriptor<?, ?> descriptor = readDescriptor("state " + i + " of " + count);
            if (!names.add(descriptor.getName())) {
                throw corrupt("two states have the name " + descriptor.getName());
            }
            states.add(descriptor);
        }
        return states;
    }

    /**
     * Goes to the next record.
     *
     * @return false at the end of the stream
     * @throws IOException if the stream ends inside a record, or a record makes no sense
     */
    boolean next() throws IOException {
        int id = in.read();
        if (id < 0) {
            return false;
        }
        if (stateOfId[id] < 0) {
            throw corrupt(where() + " belongs to state number " + id + ", which the header does not have");
        }
        state = stateOfId[id];
        key = readBytes("key");
        value = readBytes("value");
        records++;
        return true;
    }

    /** The present record's state, as an index into what {@link #readHeader} returned. */
    int state() {
        return state;
    }

    /** The present record's key, an array of the caller's own. */
    byte[] key() {
        return key;
    }

    /** The present record's value, an array of the caller's own. */
    byte[] value() {
        return value;
    }

    /** The present record, for messages. */
    String describe() {
        return "record " + (records - 1) + ", of state " + states.get(state).getName();
    }

    private StateDescriptor<?, ?> readDescriptor(String which) throws IOException {
        Object read;
        try {
            read = new DescriptorStream(in, userClassLoader).readObject();
        } catch (EOFException e) {
            throw truncated("in the descriptor of " + which);
        } catch (ClassNotFoundException e) {
            throw new IOException(
                    message("the descriptor of " + which + " needs the class " + e.getMessage()
                            + ", which the job's class path lacks; add the jar that has it"),
                    e);
        } catch (IOException | RuntimeException | StackOverflowError | LinkageError e) {
            throw new IOException(message("the descriptor of " + which + " cannot be read: " + e), e);
        }
        if (!(read instanceof StateDescriptor)) {
            throw corrupt("in place of the descriptor of " + which + " is "
                    + (read == null ? "nothing" : "a " + read.getClass().getName()));
        }
        StateDescriptor<?, ?> descriptor = (StateDescriptor<?, ?>) read;
        if (descriptor.getName() == null || !descriptor.isSerializerInitialized()) {
            throw corrupt("the descriptor of " + which + " lacks its name or its serializer");
        }
        return descriptor;
    }

    private byte[] readBytes(String part) throws IOException {
        int length = readInt("the length of the " + part + " of " + where());
        if (length < 0) {
            throw corrupt("the " + part + " of " + where() + " has the length " + length);
        }
        byte[] bytes = in.readNBytes(length); // which takes memory only as the bytes come
        if (bytes.length < length) {
            throw truncated("in the " + part + " of " + where() + ", after " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    private int readInt(String what) throws IOException {
        int number = 0;
        for (int i = 0; i < Integer.BYTES; i++) {
            int next = in.read();
            if (next < 0) {
                throw truncated("in " + what);
            }
            number = number << 8 | next;
        }
        return number;
    }

    private String where() {
        return "record " + records;
    }

    private static IOException truncated(String where) {
        return new EOFException(message("it ends " + where + "; a part of it is missing"));
    }

    private static IOException corrupt(String what) {
        return new IOException(message(what));
    }

    private static String message(String what) {
        return "cannot read the snapshot in the format of Flink 1.1: " + what;
    }

    /** Reads one descriptor, and refuses arrays that no descriptor has before they are allocated. */
    private static final class DescriptorStream extends InstantiationUtil.ClassLoaderObjectInputStream {
        private static final StackWalker WALKER = StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE);

        DescriptorStream(InputStream in, ClassLoader classLoader) throws IOException {
            super(in, classLoader);
            setObjectInputFilter(info -> info.arrayLength() > MAX_ARRAY
                    ? ObjectInputFilter.Status.REJECTED
                    : ObjectInputFilter.Status.UNDECIDED);
        }

        /** The only length that a descriptor reads itself, and allocates unseen, is that of its default value. */
        @Override
        public int readInt() throws IOException {
            int number = super.readInt();
            if ((number < 0 || number > MAX_ARRAY) && WALKER.getCallerClass() == StateDescriptor.class) {
                throw new InvalidClassException("the default value claims to have " + number + " bytes");
            }
            return number;
        }
    }
}
