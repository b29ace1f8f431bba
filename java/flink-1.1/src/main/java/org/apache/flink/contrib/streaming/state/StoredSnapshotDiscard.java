package org.apache.flink.contrib.streaming.state;

import java.io.IOException;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Discards a snapshot of a snapshot directory in plain Java (docs/snapshot-format.md, section 7.2). It removes the manifest;
 * the files go with a later sweep. Each step is durable before the next, and all of it may be repeated.
 */
final class StoredSnapshotDiscard {
    static final String SEQUENCE = "sequence";
    private static final String TOMBSTONES = "tombstones";
    /** How often a number is looked for behind others who look for one. */
    private static final int APPENDS = 1000;

    private final StoreObjects store;
    private final long number;

    private StoredSnapshotDiscard(StoreObjects store, long number) {
        this.store = store;
        this.number = number;
    }

    /**
     * Discards the snapshot; one that is gone already is no error.
     *
     * @param store the snapshot directory
     * @param number the snapshot's number in it
     * @throws IOException if the manifest can't be read, or the store fails; what was done so far does no harm
     */
    static void discard(StoreObjects store, long number) throws IOException {
        StoredSnapshotDiscard discard = new StoredSnapshotDiscard(store, number);
        SnapshotManifest manifest = discard.readManifest();
        if (manifest == null) {
            return;
        }
        discard.keepNumberTaken();
        discard.bury(manifest);
        store.delete(name(number));
    }

    private SnapshotManifest readManifest() throws IOException {
        byte[] bytes = store.read(name(number));
        if (bytes == null) {
            return null;
        }
        try {
            SnapshotManifest manifest = SnapshotManifest.parse(bytes);
            if (manifest.number != number) {
                throw new IOException("the manifest says that its number is " + manifest.number);
            }
            return manifest;
        } catch (IOException e) {
            throw new IOException(
                    "cannot discard snapshot " + number + " of " + store + ": " + e.getMessage()
                            + (SnapshotDocument.isManifest(bytes)
                                    ? "; dev.gabion.SnapshotDirectory.discard removes damaged ones"
                                    : ""),
                    e);
        }
    }

    /**
     * Sees to it that the largest number of the sequence is never free again: a writer that slept must meet what fences
     * it.
     */
    private void keepNumberTaken() throws IOException {
        for (int tries = 0; tries < APPENDS; tries++) {
            SortedSet<Long> numbers = numbers();
            if (numbers.isEmpty() || numbers.last() != number) {
                return;
            }
            long next = number + 1;
            String json = "{\"created\":" + System.currentTimeMillis() + ",\"jobs\":[],\"epoch\":" + largestEpoch(numbers) + "}";
            store.claim(name(next), SnapshotDocument.encode(SnapshotDocument.Kind.VOID, json));
            // Whoever has the number now: ours is not the largest any more, unless that one was discarded meanwhile.
        }
        throw new IOException("too many writers want a number in " + store + "; try again");
    }

    /** The largest epoch among the numbers, or 0: epochs are never removed, and a void tells the largest one below it. */
    private long largestEpoch(SortedSet<Long> numbers) throws IOException {
        for (SortedSet<Long> below = numbers; !below.isEmpty(); below = below.headSet(below.last())) {
            byte[] bytes = store.read(name(below.last()));
            if (bytes == null || SnapshotDocument.isManifest(bytes)) {
                continue; // not even a damaged manifest can be an epoch
            }
            SnapshotDocument document = SnapshotDocument.parse(bytes);
            if (document.kind == SnapshotDocument.Kind.EPOCH) {
                return below.last();
            }
            if (document.kind == SnapshotDocument.Kind.VOID) {
                return epochOf(document);
            }
        }
        return 0;
    }

    private static long epochOf(SnapshotDocument aVoid) throws IOException {
        JsonReader json = aVoid.body();
        Long epoch = null;
        json.beginObject();
        for (String member = json.nextMember(); member != null; member = json.nextMember()) {
            if (member.equals("epoch")) {
                epoch = json.readLong();
            } else {
                json.skip();
            }
        }
        json.end();
        if (epoch == null) {
            throw new IOException("a void lacks its epoch");
        }
        return epoch;
    }

    /** Writes the tombstone, which tells sweeps what the manifest named. */
    private void bury(SnapshotManifest manifest) throws IOException {
        StringBuilder json = new StringBuilder("{\"number\":").append(number);
        json.append(",\"created\":").append(System.currentTimeMillis());
        json.append(",\"grace\":").append(manifest.graceMillis);
        json.append(",\"files\":[");
        String comma = "";
        for (SnapshotManifest.DataFile file : manifest.files) {
            json.append(comma).append('"').append(file.object).append('"');
            comma = ",";
        }
        byte[] bytes = SnapshotDocument.encode(SnapshotDocument.Kind.TOMBSTONE, json.append("]}").toString());
        String name = TOMBSTONES + "/" + digits(number) + "-" + StoreObjects.freshId();
        if (!store.claim(name, bytes)) {
            throw new IOException("there is another " + name + " in " + store);
        }
    }

    private SortedSet<Long> numbers() throws IOException {
        SortedSet<Long> numbers = new TreeSet<>();
        for (String name : store.list(SEQUENCE)) {
            if (name.matches("[0-9]{20}") && name.compareTo(digits(Long.MAX_VALUE)) <= 0) {
                numbers.add(Long.parseLong(name));
            }
        }
        return numbers;
    }

    private static String name(long number) {
        return SEQUENCE + "/" + digits(number);
    }

    private static String digits(long number) {
        return String.format("%020d", number);
    }
}
