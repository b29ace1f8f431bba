package org.rocksdb;

/** What holds rows before they are in a file: in Gabion a skip list or a hash table of linked lists. */
public abstract class MemTableConfig {
    /** For subclasses. */
    public MemTableConfig() {}

    /** RocksDB's name of the kind. */
    String factoryName() {
        return getClass().getName();
    }

    /** What Gabion takes of it; null for nothing. */
    String text() {
        return null;
    }

    /** Why it does not have all its effect; null if it has. */
    String objection() {
        return "Gabion has SkipListMemTableConfig and HashLinkedListMemTableConfig";
    }

    final Choice choice() {
        return new Choice(this, factoryName(), text(), objection());
    }
}
