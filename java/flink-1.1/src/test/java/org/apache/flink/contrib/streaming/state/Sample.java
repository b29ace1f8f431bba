package org.apache.flink.contrib.streaming.state;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.api.common.typeutils.base.VoidSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.typeutils.GenericTypeInfo;
import org.apache.flink.api.java.typeutils.TypeExtractor;
import org.apache.flink.api.java.typeutils.TupleTypeInfo;
import org.apache.flink.api.common.typeinfo.BasicTypeInfo;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/** Types of keys, namespaces and values, each of whose values stands for a number. It runs on Gabion and on upstream. */
enum Sample {
    /** Has one value only. */
    VOID {
        @Override
        TypeSerializer<?> serializer() {
            return VoidSerializer.INSTANCE;
        }

        @Override
        Object make(long number) {
            return null;
        }

        @Override
        long number(Object value) {
            return 0;
        }
    },
    INT {
        @Override
        TypeSerializer<?> serializer() {
            return IntSerializer.INSTANCE;
        }

        @Override
        Object make(long number) {
            return (int) number;
        }

        @Override
        long number(Object value) {
            return (Integer) value;
        }
    },
    LONG {
        @Override
        TypeSerializer<?> serializer() {
            return LongSerializer.INSTANCE;
        }

        @Override
        Object make(long number) {
            return number;
        }

        @Override
        long number(Object value) {
            return (Long) value;
        }
    },
    /** With commas and stars, which are the separators of Flink 1.1. */
    STRING {
        @Override
        TypeSerializer<?> serializer() {
            return StringSerializer.INSTANCE;
        }

        @Override
        Object make(long number) {
            return ",*\u20ac".repeat((int) (number & 3)) + number;
        }

        @Override
        long number(Object value) {
            return Long.parseLong(((String) value).replaceAll("[,*\u20ac]", ""));
        }
    },
    BYTES {
        @Override
        TypeSerializer<?> serializer() {
            return BytePrimitiveArraySerializer.INSTANCE;
        }

        @Override
        Object make(long number) {
            return ByteBuffer.allocate(8 + (int) (number & 7)).putLong(number).array();
        }

        @Override
        long number(Object value) {
            return ByteBuffer.wrap((byte[]) value).getLong();
        }
    },
    TUPLE {
        @Override
        TypeSerializer<?> serializer() {
            return new TupleTypeInfo<Tuple2<String, Long>>(BasicTypeInfo.STRING_TYPE_INFO, BasicTypeInfo.LONG_TYPE_INFO)
                    .createSerializer(new ExecutionConfig());
        }

        @Override
        Object make(long number) {
            return new Tuple2<>("t" + (number & 1), number);
        }

        @Override
        long number(Object value) {
            return (Long) ((Tuple2<?, ?>) value).f1;
        }
    },
    POJO {
        @Override
        TypeSerializer<?> serializer() {
            return TypeExtractor.createTypeInfo(Pojo.class).createSerializer(new ExecutionConfig());
        }

        @Override
        Object make(long number) {
            Pojo pojo = new Pojo();
            pojo.number = number;
            pojo.text = (number & 1) == 0 ? null : "p";
            return pojo;
        }

        @Override
        long number(Object value) {
            return ((Pojo) value).number;
        }
    },
    /** What Flink gives to Kryo. */
    GENERIC {
        @Override
        TypeSerializer<?> serializer() {
            return new GenericTypeInfo<>(Generic.class).createSerializer(new ExecutionConfig());
        }

        @Override
        Object make(long number) {
            return new Generic(number);
        }

        @Override
        long number(Object value) {
            return ((Generic) value).number;
        }
    },
    WINDOW {
        @Override
        TypeSerializer<?> serializer() {
            return new TimeWindow.Serializer();
        }

        @Override
        Object make(long number) {
            return new TimeWindow(number, number + 100);
        }

        @Override
        long number(Object value) {
            return ((TimeWindow) value).getStart();
        }
    };

    static final Sample[] KEYS = {INT, LONG, STRING, BYTES, TUPLE, POJO};
    static final Sample[] NAMESPACES = {VOID, INT, STRING, WINDOW};
    static final Sample[] VALUES = {LONG, STRING, BYTES, TUPLE, POJO, GENERIC};

    @SuppressWarnings("unchecked") // the caller knows
    static <T> TypeSerializer<T> cast(TypeSerializer<?> serializer) {
        return (TypeSerializer<T>) serializer;
    }

    abstract TypeSerializer<?> serializer();

    /** A fresh value that stands for {@code number}. */
    abstract Object make(long number);

    abstract long number(Object value);

    public static final class Pojo {
        public long number;
        public String text;

        @Override
        public boolean equals(Object other) {
            return other instanceof Pojo && ((Pojo) other).number == number && Objects.equals(((Pojo) other).text, text);
        }

        @Override
        public int hashCode() {
            return Long.hashCode(number);
        }
    }

    static final class Generic implements Serializable {
        private static final long serialVersionUID = 1L;

        private final long number;
        private final String text;

        Generic(long number) {
            this.number = number;
            this.text = "g,".repeat((int) (number & 3));
        }

        @Override
        public String toString() {
            return text + number;
        }
    }
}
