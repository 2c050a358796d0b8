package io.quarkiverse.lively.runtime.store;

import java.util.Map;
import java.util.Optional;

import com.google.protobuf.ByteString;

import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.etcd.Transaction;

/**
 * The latest that is known of a history: if etcd still tells the same of that revision, it is the same history up to there.
 * Nothing else tells: an etcd that was wiped has the same names, and its revisions may be ahead of ours; one that was restored
 * from a backup even has the same keys, but for what was changed after it.
 *
 * @param revision the last revision of which everything is known
 * @param keys some keys as they were then, those that changed last among them. Empty: not there
 * @param extent of everything that was there then
 */
public record Witness(long revision, Map<ByteString, Optional<KeyValue>> keys, Extent extent) {

    Transaction question() {
        return Transaction.read(keys.keySet().stream().toList(), revision);
    }

    boolean agrees(Transaction.Result answer, Extent then) {
        return extent.equals(then)
                && keys.entrySet().stream().allMatch(known -> known.getValue().equals(answer.get(known.getKey())));
    }
}
