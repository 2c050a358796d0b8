package io.quarkiverse.lively.runtime.store;

import java.util.Map;
import java.util.Optional;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.etcd.Transaction;

/**
 * The latest that is known of a history: if etcd still tells the same of that revision, it is the same history up to there.
 * Nothing else tells: an etcd that was wiped has the same names, and its revisions may be ahead of ours.
 *
 * @param revision the last revision of which everything is known
 * @param keys some keys as they were then, those that changed last among them. Empty: not there; none at
 *        all: nothing was there
 */
public record Witness(long revision, Map<ByteString, Optional<KeyValue>> keys) {

    Transaction question() {
        return Transaction.read(keys.keySet().stream().toList(), revision);
    }

    boolean agrees(Transaction.Result answer) {
        return keys.entrySet().stream().allMatch(known -> known.getValue().equals(answer.get(known.getKey())));
    }
}
