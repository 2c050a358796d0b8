package io.quarkiverse.lively.runtime.store;

import java.util.function.LongFunction;

import io.quarkiverse.lively.runtime.etcd.Transaction;

/**
 * A write that takes place only if nothing has changed since its keys were seen; otherwise it reads them.
 *
 * @param then what the keys hold once it was done at that revision
 */
public record GuardedWrite(Transaction transaction, LongFunction<ServiceKeys> then) {
}
