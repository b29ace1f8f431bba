package org.apache.flink.contrib.streaming.state;

import org.apache.flink.api.common.state.FoldingStateDescriptor;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.ValueStateDescriptor;

/** The kinds of keyed state; a family's {@link StateRecord} has the ordinal, so that the order is part of the stored format. */
enum StateKind {
    VALUE("value state"),
    LIST("list state"),
    REDUCING("reducing state"),
    FOLDING("folding state");

    private final String words;

    StateKind(String words) {
        this.words = words;
    }

    static StateKind of(StateDescriptor<?, ?> descriptor) {
        if (descriptor instanceof ValueStateDescriptor) {
            return VALUE;
        }
        if (descriptor instanceof ListStateDescriptor) {
            return LIST;
        }
        if (descriptor instanceof ReducingStateDescriptor) {
            return REDUCING;
        }
        if (descriptor instanceof FoldingStateDescriptor) {
            return FOLDING;
        }
        throw new IllegalArgumentException(
                "a " + descriptor.getClass().getName() + " for the state '" + descriptor.getName()
                        + "'; use the descriptor of a value, list, reducing or folding state");
    }

    @Override
    public String toString() {
        return words;
    }
}
