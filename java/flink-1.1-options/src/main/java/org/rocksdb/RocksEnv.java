package org.rocksdb;

/** The local file system. */
public class RocksEnv extends Env {
    RocksEnv() {}
}
