package io.quarkiverse.lively.runtime.metrics;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.ForwardingEtcd;
import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.etcd.Transaction;

/** Measures the transactions, the pages of lists, and the renewals of one caller. */
final class MeteredEtcd extends ForwardingEtcd {

    private final LongSupplier nanoClock;
    private final BiConsumer<Kind, Outcome> transactions;
    private final BiConsumer<Duration, Outcome> renewals;

    /** What a transaction does. A page of a list counts as one that reads. */
    enum Kind {
        READ,
        WRITE
    }

    /**
     * @param transactions told of each transaction and each page once it is over
     * @param renewals told of each renewal once it is over, and how long it took
     */
    MeteredEtcd(Etcd etcd, LongSupplier nanoClock, BiConsumer<Kind, Outcome> transactions,
            BiConsumer<Duration, Outcome> renewals) {
        super(etcd);
        this.nanoClock = nanoClock;
        this.transactions = transactions;
        this.renewals = renewals;
    }

    @Override
    public CompletableFuture<Transaction.Result> commit(Transaction transaction) {
        Kind kind = transaction.writes() ? Kind.WRITE : Kind.READ;
        CompletableFuture<Transaction.Result> answer = super.commit(transaction);
        answer.whenComplete((result, failure) -> transactions.accept(kind, failure != null ? Outcome.of(failure)
                : result.succeeded() || kind == Kind.READ ? Outcome.SUCCESS : Outcome.CONFLICT));
        return answer;
    }

    @Override
    public CompletableFuture<Lease> renewLease(long id, Duration deadline) {
        long sentAt = nanoClock.getAsLong();
        CompletableFuture<Lease> answer = super.renewLease(id, deadline);
        answer.whenComplete((lease, failure) -> renewals.accept(Duration.ofNanos(nanoClock.getAsLong() - sentAt),
                failure != null ? Outcome.of(failure) : Outcome.SUCCESS));
        return answer;
    }

    @Override
    public CompletableFuture<Range.Page> read(Range range) {
        CompletableFuture<Range.Page> answer = super.read(range);
        answer.whenComplete((page, failure) -> transactions.accept(Kind.READ,
                failure != null ? Outcome.of(failure) : Outcome.SUCCESS));
        return answer;
    }
}
