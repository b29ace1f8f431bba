package dev.gabion;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Every native method. None checks what Java can check: handles are pinned, arrays are not null, buffers are direct.
 *
 * <p>Methods that take the address of an {@link Exchange} are hot: they touch no Java object and never throw. What they
 * answer is passed to {@link Exchange#check}. Addresses and lengths delimit bytes that the caller keeps alive. The others
 * take and give arrays, as {@link Packer} lays them out, and throw.
 */
final class Native {
    static {
        NativeLibrary.load();
    }

    private Native() {}

    /** Called by native code: the exception that a cold call throws for an error. */
    static RuntimeException failure(int code, byte[] message) {
        return GabionException.of(code, new String(message, StandardCharsets.UTF_8));
    }

    static native int boundaryVersion();

    static native String version();

    static native String buildId();

    static native byte[] liveObjects();

    static native long bufferAddress(ByteBuffer direct);

    static native long budgetOpen(long bytes);

    static native byte[] budgetUsed(long budget);

    static native void budgetFree(long budget);

    static native long backendOpen(byte[] options, long budget);

    static native byte[] backendRestore(byte[] request, long budget);

    static native long backendCreateColumnFamily(long backend, byte[] name, byte[] descriptor, byte[] options);

    static native long backendRegisterColumnFamily(long backend, byte[] name, byte[] descriptor, byte[] options);

    static native long backendColumnFamily(long backend, byte[] name);

    static native byte[] backendColumnFamilies(long backend);

    static native void backendDropColumnFamily(long backend, long family);

    static native long backendWrite(long backend, long exchange, long batch);

    static native long backendView(long backend);

    static native long backendStartSnapshot(long backend, byte[] request);

    static native byte[] backendMetrics(long backend);

    static native byte[] backendEffectiveOptions(long backend);

    static native byte[] backendDirectory(long backend);

    static native void backendClose(long backend);

    static native void backendFree(long backend);

    static native byte[] columnFamilyName(long family);

    static native byte[] columnFamilyDescriptor(long family);

    static native void columnFamilySetDescriptor(long family, byte[] descriptor);

    static native long columnFamilyGet(long family, long exchange, long key, int keyLength, long into, int room);

    static native long columnFamilyContains(long family, long exchange, long key, int keyLength);

    static native byte[] columnFamilyMultiGet(long family, byte[] keys);

    static native long columnFamilyPut(long family, long exchange, long key, int keyLength, long value, int valueLength);

    static native long columnFamilyMerge(
            long family, long exchange, long key, int keyLength, long operand, int operandLength);

    static native long columnFamilyDelete(long family, long exchange, long key, int keyLength);

    static native void columnFamilyDeleteRange(long family, byte[] from, byte[] to);

    static native void columnFamilyClear(long family);

    /** A view of 0 is the live data, a length of -1 no bound. Answers the scan's address. */
    static native long columnFamilyScan(
            long family, long view, long exchange, long from, int fromLength, long to, int toLength, boolean backward);

    static native void columnFamilyFree(long family);

    static native long batchNew();

    static native long batchAdd(
            long batch, long family, long exchange, int write, long first, int firstLength, long second, int secondLength);

    static native void batchClear(long batch);

    static native long batchCount(long batch);

    static native void batchFree(long batch);

    static native long viewGet(
            long view, long family, long exchange, long key, int keyLength, long into, int room);

    static native void viewFree(long view);

    /** Answers how many rows are in the block; behind the exchange's header: bytes written, done, bytes needed. */
    static native long scanFill(long scan, long exchange, long block, int room);

    static native void scanFree(long scan);

    static native int snapshotWait(long snapshot, long millis);

    static native byte[] snapshotProgress(long snapshot);

    static native long snapshotPauseNanos(long snapshot);

    static native void snapshotCancel(long snapshot);

    static native byte[] snapshotResult(long snapshot);

    static native void snapshotFree(long snapshot);

    static native long directoryOpen(byte[] url, byte[] options);

    static native byte[] directoryList(long directory);

    static native byte[] directoryDescribe(long directory, long number);

    static native long directoryVerify(long directory, long number);

    static native void directoryDiscard(long directory, long number);

    static native byte[] directoryRetain(long directory, int keep);

    static native byte[] directorySweep(long directory, long graceMillis, boolean dryRun);

    static native long directorySize(long directory);

    static native void directoryFree(long directory);

    static native long pulledStreamOpen(long backend, byte[] id, byte[] metadata);

    /** Answers how many bytes are in the block, 0 at the end. */
    static native long pulledStreamRead(long stream, long exchange, long block, int room);

    static native void pulledStreamFree(long stream);

    static native long pushedStreamOpen(byte[] request, long budget);

    static native long pushedStreamWrite(long stream, long exchange, long bytes, int length);

    /** Answers what {@link #backendRestore} answers. */
    static native byte[] pushedStreamFinish(long stream);

    static native void pushedStreamFree(long stream);
}
