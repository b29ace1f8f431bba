package org.rocksdb;

/** Appends values with a comma between them, as Gabion's lists do. */
public class StringAppendOperator implements MergeOperator {
    /** Makes an operator. */
    public StringAppendOperator() {}

    @Override
    public long newMergeOperatorHandle() {
        throw new UnsupportedOperationException("there is no native merge operator: give this object to setMergeOperator");
    }
}
