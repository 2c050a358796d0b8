package io.quarkiverse.lively.simulation.etcd;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.runtime.etcd.Watch;
import io.quarkiverse.lively.simulation.Scheduler;
import io.quarkiverse.lively.test.EtcdKeys;

/**
 * An etcd whose answers are texts, with revisions that count from 1 at the beginning, and with leases by the number of their
 * grant: the first is 0. In a put a lease is its number and 1.
 */
abstract class ComparedEtcd implements AutoCloseable {

    private static final long NO_LEASE = 12345;
    private static final Pattern COMPACTED_UP_TO = Pattern.compile("(as all are up to )(\\d+)");

    /** How much greater its own revisions are. */
    private final long offset;
    private final List<Long> leases = new ArrayList<>();
    private final List<Watched> watches = new ArrayList<>();

    ComparedEtcd(long offset) {
        this.offset = offset;
    }

    abstract CompletableFuture<Transaction.Result> doCommit(Transaction transaction);

    abstract CompletableFuture<Range.Page> doRead(Range range);

    abstract CompletableFuture<Etcd.Lease> doGrant(Duration ttl);

    abstract CompletableFuture<Etcd.Lease> doRenew(long id);

    abstract CompletableFuture<Void> doRevoke(long id);

    abstract void doCompact(long revision);

    /** @return what ends it */
    abstract Runnable doWatch(Range range, long from, Watched watched);

    abstract <T> T await(CompletableFuture<T> answer);

    abstract void settle();

    String commit(Transaction transaction) {
        return answer(() -> {
            Transaction.Result result = await(doCommit(own(transaction)));
            Map<String, String> found = new TreeMap<>();
            result.found().forEach((key, entry) -> found.put(key.toStringUtf8(), text(entry)));
            return result.succeeded() + " " + (result.revision() - offset) + " " + found;
        });
    }

    String read(Range range) {
        return answer(() -> {
            Range.Page page = await(doRead(range.at(own(range.revision()))));
            return page.count() + (page.more() ? "+ " : " ") + (page.revision() - offset) + " "
                    + page.entries().stream().map(range.keysOnly() ? ComparedEtcd::withoutLease : UnaryOperator.identity())
                            .map(this::text).collect(Collectors.joining(", "));
        });
    }

    /** 3.7 leaves the lease out where only keys are asked for. */
    private static KeyValue withoutLease(KeyValue entry) {
        return new KeyValue(entry.key(), entry.value(), entry.modRevision(), 0);
    }

    String grant(Duration ttl) {
        return answer(() -> {
            Etcd.Lease lease = await(doGrant(ttl));
            leases.add(lease.id());
            return lease.ttl().toString();
        });
    }

    String renew(int lease) {
        return answer(() -> await(doRenew(lease(lease))).ttl().toString());
    }

    String revoke(int lease) {
        return answer(() -> "" + await(doRevoke(lease(lease))));
    }

    String compact(long revision) {
        return answer(() -> {
            doCompact(revision + offset);
            return "compacted";
        });
    }

    String watch(Range range, long from) {
        Watched watched = new Watched();
        watches.add(watched);
        watched.close = doWatch(range, own(from), watched);
        settle();
        return "created at " + watched.created() + (watched.created() < 0 ? watched : "");
    }

    String cancel(int watch) {
        if (watch < watches.size()) {
            watches.get(watch).close.run();
        }
        return "";
    }

    long revision() {
        return await(doRead(RandomOperations.ALL)).revision() - offset;
    }

    void awaitRevision(long revision) {
        Awaitility.await().pollInterval(Duration.ofMillis(50)).until(() -> {
            settle();
            return revision() >= revision;
        });
    }

    int leases() {
        return leases.size();
    }

    /** What each watch has got. */
    List<String> watched() {
        return watches.stream().map(Watched::toString).toList();
    }

    @Override
    public void close() {
        watches.forEach(watch -> watch.close.run());
    }

    private Transaction own(Transaction transaction) {
        return new Transaction(
                transaction.compares().stream()
                        .map(each -> each instanceof Transaction.ModRevisionIs is
                                ? new Transaction.ModRevisionIs(is.key(), own(is.revision()))
                                : each)
                        .toList(),
                transaction.then().stream().map(this::own).toList(), transaction.otherwise().stream().map(this::own).toList());
    }

    private Transaction.Operation own(Transaction.Operation operation) {
        if (operation instanceof Transaction.Put put && put.lease() > 0) {
            return new Transaction.Put(put.key(), put.value(), lease((int) put.lease() - 1));
        }
        return operation instanceof Transaction.Get get ? new Transaction.Get(get.key(), own(get.revision())) : operation;
    }

    private long own(long revision) {
        return revision == 0 ? 0 : revision + offset;
    }

    private long lease(int number) {
        return number < leases.size() ? leases.get(number) : NO_LEASE;
    }

    private String text(KeyValue entry) {
        return entry.key().toStringUtf8() + "=" + entry.value().toStringUtf8() + "@" + (entry.modRevision() - offset)
                + (entry.lease() == 0 ? "" : "~" + leases.indexOf(entry.lease()));
    }

    /** The answer, or the words and the code of the failure. */
    private String answer(Supplier<String> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            return text(e);
        }
    }

    private String text(Throwable failure) {
        Throwable cause = failure;
        while (!(cause instanceof StatusRuntimeException
                || cause instanceof io.etcd.jetcd.common.exception.EtcdException) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof io.etcd.jetcd.common.exception.EtcdException jetcd) {
            return jetcd.getErrorCode() + " " + jetcd.getMessage();
        }
        Status status = Status.fromThrowable(cause);
        String words = status.getDescription() == null ? cause.toString() : status.getDescription();
        return status.getCode() + " " + COMPACTED_UP_TO.matcher(words)
                .replaceAll(found -> found.group(1) + (Long.parseLong(found.group(2)) - offset));
    }

    /** One watch, whose listener may be called by another thread. */
    final class Watched {

        private final List<String> events = new ArrayList<>();
        private long created = -1;
        private long last;
        private String end = "";
        private Runnable close;

        synchronized void created(long revision) {
            created = revision - offset;
        }

        /** Which responses the events come in differs, but those of one revision are never parted. */
        synchronized void responded(Watch.Response response) {
            if (response.events().isEmpty()) {
                return;
            }
            if (response.events().get(0).entry().modRevision() <= last) {
                events.add("parted");
            }
            for (Watch.Event event : response.events()) {
                events.add((event.deleted() ? "del " : event.created() ? "new " : "put ") + text(event.entry()));
                last = event.entry().modRevision();
            }
        }

        synchronized void ended(Throwable cause) {
            end = " " + text(cause);
        }

        synchronized boolean isAnswered() {
            return created >= 0 || !end.isEmpty();
        }

        synchronized long created() {
            return created;
        }

        @Override
        public synchronized String toString() {
            return created + " " + events + end;
        }
    }

    /** A real one, by the production's client. */
    static final class Real extends ComparedEtcd {

        private final Etcd etcd;
        private final EtcdKeys keys;

        Real(Etcd etcd, EtcdKeys keys) {
            super(emptied(keys) - 1);
            this.etcd = etcd;
            this.keys = keys;
        }

        /** The last write is none of the keys that matter. */
        private static long emptied(EtcdKeys keys) {
            keys.delete("k/");
            keys.put("other", "");
            return keys.revision();
        }

        @Override
        CompletableFuture<Transaction.Result> doCommit(Transaction transaction) {
            return etcd.commit(transaction);
        }

        @Override
        CompletableFuture<Range.Page> doRead(Range range) {
            return etcd.read(range);
        }

        @Override
        CompletableFuture<Etcd.Lease> doGrant(Duration ttl) {
            return etcd.grantLease(ttl);
        }

        @Override
        CompletableFuture<Etcd.Lease> doRenew(long id) {
            return etcd.renewLease(id, Duration.ofSeconds(5));
        }

        @Override
        CompletableFuture<Void> doRevoke(long id) {
            return etcd.revokeLease(id);
        }

        @Override
        void doCompact(long revision) {
            keys.compact(revision);
        }

        @Override
        Runnable doWatch(Range range, long from, Watched watched) {
            Watch watch = etcd.watch(range, from, new Watch.Listener() {
                @Override
                public void created(long revision) {
                    watched.created(revision);
                }

                @Override
                public void responded(Watch.Response response) {
                    watched.responded(response);
                }

                @Override
                public void ended(EtcdException cause) {
                    watched.ended(cause);
                }
            });
            Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(watched::isAnswered);
            return watch::close;
        }

        @Override
        <T> T await(CompletableFuture<T> answer) {
            return answer.join();
        }

        @Override
        void settle() {
            // It does so by itself.
        }

        boolean awaitWatched(List<String> expected, Duration patience) {
            try {
                Awaitility.await().atMost(patience).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5))
                        .until(() -> watched().equals(expected));
                return true;
            } catch (ConditionTimeoutException e) {
                return false;
            }
        }
    }

    /** The model, with one member. */
    static final class Model extends ComparedEtcd {

        private static final long SETTLED = Duration.ofMillis(300).toNanos();

        private final Scheduler scheduler;
        private final EtcdCluster cluster;
        private final ServerConnection connection;

        Model(Scheduler scheduler, EtcdCluster cluster) {
            super(0);
            this.scheduler = scheduler;
            this.cluster = cluster;
            this.connection = cluster.member(0).connect("client", () -> {
            });
        }

        @Override
        CompletableFuture<Transaction.Result> doCommit(Transaction transaction) {
            return ask(answer -> connection.commit(transaction, answer));
        }

        @Override
        CompletableFuture<Range.Page> doRead(Range range) {
            return ask(answer -> connection.read(range, answer));
        }

        @Override
        CompletableFuture<Etcd.Lease> doGrant(Duration ttl) {
            return ask(answer -> connection.grant(ttl.toSeconds(), answer));
        }

        @Override
        CompletableFuture<Etcd.Lease> doRenew(long id) {
            return ask(answer -> connection.renew(id, answer));
        }

        @Override
        CompletableFuture<Void> doRevoke(long id) {
            return this.<Void> ask(answer -> connection.revoke(id, answer)).exceptionallyCompose(
                    failure -> Status.fromThrowable(failure).getCode() == Status.Code.NOT_FOUND
                            ? CompletableFuture.completedFuture(null)
                            : CompletableFuture.failedFuture(failure));
        }

        @Override
        void doCompact(long revision) {
            cluster.compact(revision);
        }

        @Override
        Runnable doWatch(Range range, long from, Watched watched) {
            return connection.watch(range, from, true, new ServerWatch.Listener() {
                @Override
                public void created(long revision) {
                    watched.created(revision);
                }

                @Override
                public void responded(Watch.Response response) {
                    watched.responded(response);
                }

                @Override
                public void ended(StatusRuntimeException status) {
                    watched.ended(status);
                }
            })::cancel;
        }

        @Override
        <T> T await(CompletableFuture<T> answer) {
            while (!answer.isDone()) {
                scheduler.step(scheduler.now() + SETTLED);
            }
            return answer.join();
        }

        @Override
        void settle() {
            long end = scheduler.now() + SETTLED;
            while (scheduler.step(end)) {
                // until then
            }
        }

        private static <T> CompletableFuture<T> ask(Consumer<Answer<T>> request) {
            CompletableFuture<T> future = new CompletableFuture<>();
            request.accept(new Answer<>() {
                @Override
                public void answered(T value) {
                    future.complete(value);
                }

                @Override
                public void failed(StatusRuntimeException status) {
                    future.completeExceptionally(status);
                }
            });
            return future;
        }
    }
}
