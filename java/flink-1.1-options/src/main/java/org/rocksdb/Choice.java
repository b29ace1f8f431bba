package org.rocksdb;

/** A memtable or a table format as it was when it was set; what is done to its configuration later does not count. */
final class Choice {
    /** RocksDB's name of the kind. */
    final String factoryName;
    /** What Gabion takes of it; null for nothing. */
    final String text;
    /** Why it does not have all its effect; null if it has. */
    final String objection;

    private final String shown;

    Choice(Object configuration, String factoryName, String text, String objection) {
        this.shown = configuration.getClass().getName().replace("org.rocksdb.", "");
        this.factoryName = factoryName;
        this.text = text;
        this.objection = objection;
    }

    @Override
    public String toString() {
        return shown;
    }
}
