package io.quarkiverse.lively.runtime.store;

import java.util.Optional;
import java.util.function.Predicate;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;

import io.quarkiverse.lively.runtime.etcd.KeyValue;

/**
 * A key, as it was seen.
 *
 * @param value what it holds; empty if it does not exist, or holds what cannot be read
 * @param bytes the same as it is stored: another client may write the same message in other bytes
 * @param modRevision the revision that last changed it; 0 if it does not exist
 * @param lease the lease that it goes away with; 0 if none
 */
public record Entry<T>(Optional<T> value, ByteString bytes, long modRevision, long lease) {

    static <T> Entry<T> absent() {
        return new Entry<>(Optional.empty(), ByteString.EMPTY, 0, 0);
    }

    static <T extends MessageLite> Entry<T> of(T value, long modRevision, long lease) {
        return new Entry<>(Optional.of(value), value.toByteString(), modRevision, lease);
    }

    static Entry<ByteString> of(ByteString value, long modRevision, long lease) {
        return new Entry<>(Optional.of(value), value, modRevision, lease);
    }

    static <T> Entry<T> parse(Optional<KeyValue> found, Parser<T> parser) {
        return found.map(kv -> new Entry<>(parse(kv.value(), parser), kv.value(), kv.modRevision(), kv.lease()))
                .orElseGet(Entry::absent);
    }

    static Entry<ByteString> raw(Optional<KeyValue> found) {
        return found.map(kv -> of(kv.value(), kv.modRevision(), kv.lease())).orElseGet(Entry::absent);
    }

    static <T> Optional<T> parse(ByteString bytes, Parser<T> parser) {
        try {
            return Optional.of(parser.parseFrom(bytes));
        } catch (InvalidProtocolBufferException e) {
            return Optional.empty();
        }
    }

    /** The same, but what it holds cannot be read if it is not like that. */
    Entry<T> where(Predicate<T> condition) {
        return new Entry<>(value.filter(condition), bytes, modRevision, lease);
    }

    public boolean exists() {
        return modRevision != 0;
    }
}
