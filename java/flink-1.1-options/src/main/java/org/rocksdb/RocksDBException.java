package org.rocksdb;

/** An error of RocksDB. Nothing here throws it; it is there for programs that catch it. */
public class RocksDBException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an error.
     *
     * @param msg what went wrong
     */
    public RocksDBException(String msg) {
        super(msg);
    }
}
