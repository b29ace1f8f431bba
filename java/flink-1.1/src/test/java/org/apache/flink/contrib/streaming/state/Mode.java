package org.apache.flink.contrib.streaming.state;

/** The two kinds of snapshot. */
enum Mode {
    SEMI_ASYNC,
    FULLY_ASYNC
}
