package org.apache.flink.contrib.streaming.state;

/** Flink's class of this name: all the base class asks, with fully asynchronous snapshots. */
class FullyAsyncRocksDBStateBackendTest extends StateBackendTestBase {
    @Override
    void configure(RocksDBStateBackend fresh) {
        fresh.enableFullyAsyncSnapshots();
    }
}
