package org.rocksdb;

/** How many bytes flushes and compactions write per second at most: see {@link GenericRateLimiterConfig}. */
public abstract class RateLimiterConfig {
    /** For subclasses. */
    public RateLimiterConfig() {}

    /** What Gabion takes of it; null for nothing. */
    String text() {
        return null;
    }

    /** Why it does not have all its effect; null if it has. */
    String objection() {
        return "its limit is not known; take a GenericRateLimiterConfig";
    }
}
