package io.quarkiverse.lively.runtime.etcd;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import com.google.protobuf.ByteString;

/**
 * If all compares hold, the operations of {@code then} are done, else those of {@code otherwise}; either way at once, at one
 * revision.
 */
public record Transaction(List<Compare> compares, List<Operation> then, List<Operation> otherwise) {

    public Transaction {
        compares = List.copyOf(compares);
        then = List.copyOf(then);
        otherwise = List.copyOf(otherwise);
    }

    /** Reads keys, all at the newest revision. */
    public static Transaction read(List<ByteString> keys) {
        return read(keys, 0);
    }

    /** Reads keys, all at that revision; 0: the newest. */
    public static Transaction read(List<ByteString> keys, long revision) {
        return new Transaction(List.of(), keys.stream().<Operation> map(key -> new Get(key, revision)).toList(), List.of());
    }

    /** Whether it may change anything. */
    public boolean writes() {
        return Stream.concat(then.stream(), otherwise.stream()).anyMatch(operation -> !(operation instanceof Get));
    }

    /** One get of the newest revision a key. */
    public static List<Operation> gets(List<ByteString> keys) {
        return read(keys).then();
    }

    /** What must hold of a key. */
    public sealed interface Compare {
    }

    /** The key was last changed at that revision; 0: it does not exist. */
    public record ModRevisionIs(ByteString key, long revision) implements Compare {
    }

    /** The key holds that value. */
    public record ValueIs(ByteString key, ByteString value) implements Compare {
    }

    /** What is done to a key. */
    public sealed interface Operation {
    }

    /** Reads the key at that revision; 0: the newest. */
    public record Get(ByteString key, long revision) implements Operation {
    }

    /** Puts the key; with lease 0 it is detached from any lease. */
    public record Put(ByteString key, ByteString value, long lease) implements Operation {
    }

    /** Deletes the key if it exists. */
    public record Delete(ByteString key) implements Operation {
    }

    /**
     * What came of a transaction.
     *
     * @param succeeded whether the compares held
     * @param revision the revision of the answer; of the write if something was written
     * @param found what the gets of the branch that was taken found, by key
     */
    public record Result(boolean succeeded, long revision, Map<ByteString, KeyValue> found) {

        public Optional<KeyValue> get(ByteString key) {
            return Optional.ofNullable(found.get(key));
        }
    }
}
