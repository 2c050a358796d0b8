package io.quarkiverse.lively.runtime.etcd;

import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import com.google.protobuf.ByteString;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.resolver.IPResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;

/** etcd by one jetcd client. It is never repaired: {@link EtcdConnection} replaces it. */
final class EtcdClient implements Etcd {

    /** Of the targets that jetcd's resolver takes. */
    private static final String SCHEME = "ip";
    /** A page of the registry may be larger than the 4 MiB that gRPC takes by default. */
    private static final int MAX_INBOUND_BYTES = 64 << 20;
    /** A member that vanished without a word is noticed after the sum of these. etcd allows no shorter time than 5 s. */
    private static final Duration PING_EVERY = Duration.ofSeconds(10);
    private static final Duration PING_TIMEOUT = Duration.ofSeconds(5);

    private final EtcdSettings settings;
    private final EtcdErrors errors;
    private final CallInterceptor calls;
    private final Client client;
    private final KV kv;
    private final Set<WatchCall> watches = ConcurrentHashMap.newKeySet();
    private KeepAliveStream keepAlive;

    EtcdClient(EtcdSettings settings) {
        this.settings = settings;
        this.errors = new EtcdErrors(settings);
        this.calls = new CallInterceptor(settings.requestTimeout());
        knowResolver(NameResolverRegistry.getDefaultRegistry());
        this.client = Client.builder()
                .target(target(settings.endpoints()))
                .connectTimeout(settings.connectTimeout())
                .keepaliveTime(PING_EVERY)
                .keepaliveTimeout(PING_TIMEOUT)
                // etcd forbids more, and hangs up on who does it all the same.
                .keepaliveWithoutCalls(false)
                // One connection: it fails as a whole, and is then replaced. Of several, one that hangs spoils its share of calls.
                .loadBalancerPolicy("pick_first")
                .maxInboundMessageSize(MAX_INBOUND_BYTES)
                .interceptor(calls)
                // Fail while there is no connection, rather than wait: we decide when to try again.
                .waitForReady(false)
                .retryMaxAttempts(0)
                .build();
        // The only call of jetcd that reaches the interceptor on this thread.
        client.getLeaseClient().keepAliveOnce(0);
        if (calls.channel() == null) {
            throw new IllegalStateException("jetcd hides its channel in a new way: use the version that Lively was built with");
        }
        this.kv = client.getKVClient();
    }

    @Override
    public CompletableFuture<Transaction.Result> commit(Transaction transaction) {
        return call(() -> kv.txn()
                .If(transaction.compares().stream().map(EtcdClient::compare).toArray(Cmp[]::new))
                .Then(transaction.then().stream().map(EtcdClient::operation).toArray(Op[]::new))
                .Else(transaction.otherwise().stream().map(EtcdClient::operation).toArray(Op[]::new))
                .commit()
                .thenApply(EtcdClient::result));
    }

    @Override
    public CompletableFuture<Range.Page> read(Range range) {
        GetOption.Builder option = GetOption.builder()
                .withRange(ByteSequence.from(range.to()))
                .withRevision(range.revision())
                .withLimit(range.limit())
                .withKeysOnly(range.keysOnly());
        if (range.newestFirst()) {
            option.withSortField(GetOption.SortTarget.MOD).withSortOrder(GetOption.SortOrder.DESCEND);
        }
        return call(() -> kv.get(ByteSequence.from(range.from()), option.build())
                .thenApply(response -> new Range.Page(response.getKvs().stream().map(EtcdClient::keyValue).toList(),
                        response.getHeader().getRevision(), response.isMore(), response.getCount())));
    }

    @Override
    public CompletableFuture<Lease> grantLease(Duration ttl) {
        long seconds = ttl.plusNanos(999_999_999).toSeconds();
        return call(() -> client.getLeaseClient().grant(seconds)
                .thenApply(response -> new Lease(response.getID(), Duration.ofSeconds(response.getTTL()))));
    }

    @Override
    public CompletableFuture<Void> revokeLease(long id) {
        return call(() -> client.getLeaseClient().revoke(id).<Void> thenApply(response -> null))
                .exceptionallyCompose(failure -> EtcdException.of(failure).kind() == EtcdException.Kind.LEASE_NOT_FOUND
                        ? CompletableFuture.completedFuture(null)
                        : CompletableFuture.failedFuture(failure));
    }

    @Override
    public CompletableFuture<Lease> renewLease(long id, Duration deadline) {
        KeepAliveStream stream = keepAliveStream();
        Duration limit = deadline.compareTo(settings.requestTimeout()) < 0 ? deadline : settings.requestTimeout();
        return call(() -> stream.renew(id), limit).whenComplete((lease, failure) -> {
            if (failure != null && EtcdException.of(failure).kind() == EtcdException.Kind.UNAVAILABLE) {
                // An answer that came late would be taken for the one to the next question.
                stream.cancel(failure);
            }
        });
    }

    @Override
    public Watch watch(Range range, long from, Watch.Listener listener) {
        WatchStream watch = new WatchStream(calls.channel(), range, from, settings.requestTimeout(), this::watchFailure,
                listener);
        remember(watch.call());
        return watch;
    }

    @Override
    public KeyWatch watchKeys(KeyWatch.Listener listener) {
        KeyWatchStream watch = new KeyWatchStream(calls.channel(), this::watchFailure, listener);
        remember(watch.call());
        return watch;
    }

    @Override
    public void close() {
        client.close();
        // The channel would let them run on.
        watches.forEach(watch -> watch.cancel(Status.UNAVAILABLE.withDescription("the client was closed").asException()));
    }

    private void remember(WatchCall watch) {
        watches.removeIf(WatchCall::isOver);
        watches.add(watch);
    }

    private EtcdException watchFailure(Throwable failure) {
        return errors.translate(failure, settings.requestTimeout());
    }

    private synchronized KeepAliveStream keepAliveStream() {
        if (keepAlive == null || keepAlive.ended()) {
            keepAlive = new KeepAliveStream(calls.channel());
        }
        return keepAlive;
    }

    /** jetcd may never complete a future, not even when it is closed. */
    private <T> CompletableFuture<T> call(Supplier<CompletableFuture<T>> call) {
        return call(call, settings.requestTimeout());
    }

    private <T> CompletableFuture<T> call(Supplier<CompletableFuture<T>> call, Duration deadline) {
        CompletableFuture<T> answer;
        try {
            answer = call.get();
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        return answer.orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(errors.translate(failure, deadline)));
    }

    private static Cmp compare(Transaction.Compare compare) {
        if (compare instanceof Transaction.ModRevisionIs is) {
            return new Cmp(ByteSequence.from(is.key()), Cmp.Op.EQUAL, CmpTarget.modRevision(is.revision()));
        }
        Transaction.ValueIs is = (Transaction.ValueIs) compare;
        return new Cmp(ByteSequence.from(is.key()), Cmp.Op.EQUAL, CmpTarget.value(ByteSequence.from(is.value())));
    }

    private static Op operation(Transaction.Operation operation) {
        if (operation instanceof Transaction.Put put) {
            return Op.put(ByteSequence.from(put.key()), ByteSequence.from(put.value()),
                    PutOption.builder().withLeaseId(put.lease()).build());
        }
        if (operation instanceof Transaction.Delete delete) {
            return Op.delete(ByteSequence.from(delete.key()), DeleteOption.DEFAULT);
        }
        Transaction.Get get = (Transaction.Get) operation;
        return Op.get(ByteSequence.from(get.key()), GetOption.builder().withRevision(get.revision()).build());
    }

    private static Transaction.Result result(TxnResponse response) {
        Map<ByteString, KeyValue> found = new HashMap<>();
        response.getGetResponses().forEach(get -> get.getKvs().stream().map(EtcdClient::keyValue)
                .forEach(entry -> found.put(entry.key(), entry)));
        return new Transaction.Result(response.isSucceeded(), response.getHeader().getRevision(), found);
    }

    private static KeyValue keyValue(io.etcd.jetcd.KeyValue entry) {
        return new KeyValue(bytes(entry.getKey()), bytes(entry.getValue()), entry.getModRevision(), entry.getLease());
    }

    private static ByteString bytes(ByteSequence sequence) {
        return ByteString.copyFrom(sequence.getBytes());
    }

    /** In a native executable gRPC knows no resolvers but its own, as it looks for none on the class path there. */
    private static void knowResolver(NameResolverRegistry registry) {
        if (registry.getProviderForScheme(SCHEME) == null) {
            registry.register(new IPResolverProvider());
        }
    }

    /**
     * The endpoints as jetcd's resolver takes them. It decodes the path of this URI, where the brackets of an IPv6 address are
     * not allowed as such.
     */
    private static String target(List<URI> endpoints) {
        return endpoints.stream()
                .map(endpoint -> endpoint.getHost().replace("[", "%5B").replace("]", "%5D") + ":" + endpoint.getPort())
                .collect(Collectors.joining(",", SCHEME + ":///", ""));
    }
}
