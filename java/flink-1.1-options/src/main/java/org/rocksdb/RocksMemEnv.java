package org.rocksdb;

/** Files in memory; not in Gabion. */
public class RocksMemEnv extends Env {
    /** Makes an environment. */
    public RocksMemEnv() {}
}
