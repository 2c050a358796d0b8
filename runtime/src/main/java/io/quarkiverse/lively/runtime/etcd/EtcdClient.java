package io.quarkiverse.lively.runtime.etcd;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.grpc.ClientInterceptors;
import io.netty.handler.ssl.SslContext;
import io.quarkiverse.lively.runtime.etcd.EndpointResolver.Member;
import io.quarkiverse.lively.runtime.etcd.EtcdErrors.Access;

/** etcd by one jetcd client. It is never repaired: {@link EtcdConnection} replaces it. */
final class EtcdClient implements Etcd {

    /** A page of the registry may be larger than the 4 MiB that gRPC takes by default. */
    private static final int MAX_INBOUND_BYTES = 64 << 20;
    /** A member that vanished without a word is noticed after the sum of these. etcd allows no shorter time than 5 s. */
    private static final Duration PING_EVERY = Duration.ofSeconds(10);
    private static final Duration PING_TIMEOUT = Duration.ofSeconds(5);

    private final EtcdSettings settings;
    private final EtcdErrors errors;
    private final CallInterceptor calls;
    private final Client client;
    private final KeyValueCalls kv;
    private final Set<WatchCall> watches = ConcurrentHashMap.newKeySet();
    private KeepAliveStream keepAlive;

    EtcdClient(EtcdSettings settings) {
        this(settings, new HostNames(), Optional.empty(), member -> {
        });
    }

    /**
     * @param last the member that is tried after all others; empty if the order is that of the endpoints
     * @param answered called with the member that answers, with each answer, on the thread of the network
     */
    EtcdClient(EtcdSettings settings, HostNames names, Optional<Member> last, Consumer<Member> answered) {
        this.settings = settings;
        EndpointResolver.Provider resolver = new EndpointResolver.Provider(settings, names, last);
        this.calls = new CallInterceptor(settings.requestTimeout(), settings.security().login(),
                address -> resolver.memberAt(address).ifPresent(answered));
        this.errors = new EtcdErrors(settings, () -> calls.member().flatMap(resolver::memberAt).map(Member::endpoint));
        FirstReadyLoadBalancer.register();
        ClientBuilder builder = Client.builder();
        settings.security().tls().ifPresent(tls -> builder.sslContext(context(tls)));
        settings.security().authority().ifPresent(builder::authority);
        builder.target(resolver.target())
                .connectTimeout(settings.connectTimeout())
                .keepaliveTime(PING_EVERY)
                .keepaliveTimeout(PING_TIMEOUT)
                // etcd forbids more, and hangs up on who does it all the same.
                .keepaliveWithoutCalls(false)
                .loadBalancerPolicy(FirstReadyLoadBalancer.POLICY)
                .maxInboundMessageSize(MAX_INBOUND_BYTES)
                .interceptor(calls)
                // Fail while there is no connection, rather than wait: we decide when to try again.
                .waitForReady(false)
                .retryMaxAttempts(0);
        this.client = resolver.whileRegistered(() -> {
            Client made = builder.build();
            // Makes the channel. The only call of jetcd that reaches the interceptor on this thread.
            made.getLeaseClient().keepAliveOnce(0);
            return made;
        });
        if (calls.channel() == null) {
            throw new IllegalStateException("jetcd hides its channel in a new way: use the version that Lively was built with");
        }
        this.kv = new KeyValueCalls(ClientInterceptors.intercept(calls.channel(), calls));
    }

    @Override
    public CompletableFuture<Transaction.Result> commit(Transaction transaction) {
        return call(transaction.writes() ? Access.WRITE : Access.READ, () -> kv.commit(transaction));
    }

    @Override
    public CompletableFuture<Range.Page> read(Range range) {
        return call(Access.READ, () -> kv.read(range));
    }

    @Override
    public CompletableFuture<Lease> grantLease(Duration ttl) {
        long seconds = ttl.plusNanos(999_999_999).toSeconds();
        return call(Access.WRITE, () -> client.getLeaseClient().grant(seconds)
                .thenApply(response -> new Lease(response.getID(), Duration.ofSeconds(response.getTTL()))));
    }

    @Override
    public CompletableFuture<Void> revokeLease(long id) {
        return call(Access.WRITE, () -> client.getLeaseClient().revoke(id).<Void> thenApply(response -> null))
                .exceptionallyCompose(failure -> EtcdException.of(failure).kind() == EtcdException.Kind.LEASE_NOT_FOUND
                        ? CompletableFuture.completedFuture(null)
                        : CompletableFuture.failedFuture(failure));
    }

    @Override
    public CompletableFuture<Lease> renewLease(long id, Duration deadline) {
        Duration limit = deadline.compareTo(settings.requestTimeout()) < 0 ? deadline : settings.requestTimeout();
        AtomicReference<KeepAliveStream> stream = new AtomicReference<>();
        return call(Access.WRITE, () -> stream.updateAndGet(former -> keepAliveStream()).renew(id), limit)
                .whenComplete((lease, failure) -> {
                    if (failure != null && EtcdException.of(failure).kind() == EtcdException.Kind.UNAVAILABLE) {
                        // An answer that came late would be taken for the one to the next question.
                        stream.get().cancel(failure);
                    }
                });
    }

    @Override
    public Watch watch(Range range, long from, Watch.Listener listener) {
        return OpeningWatch.of(knownToken().thenApply(known -> {
            WatchStream watch = new WatchStream(calls.channel(), range, from, settings.requestTimeout(), this::watchFailure,
                    listener);
            remember(watch.call());
            return watch;
        }), listener);
    }

    @Override
    public KeyWatch watchKeys(KeyWatch.Listener listener) {
        return OpeningKeyWatch.of(knownToken().thenApply(known -> {
            KeyWatchStream watch = new KeyWatchStream(calls.channel(), this::watchFailure, listener);
            remember(watch.call());
            return watch;
        }), listener);
    }

    @Override
    public void close() {
        // The channel would give a reason that reads like a failure of the member.
        EtcdException replaced = new EtcdException(EtcdException.Kind.UNAVAILABLE,
                "The connection to etcd was replaced by another one", null);
        watches.forEach(watch -> watch.cancel(replaced));
        client.close();
    }

    /**
     * etcd refuses a watch with an old token in the words in which it refuses one that is not permitted, and the token of a
     * stream stays the one that it began with. So something is asked first that tells, since etcd looks at the token before it
     * looks at the keys, and that brings a new token if need be.
     */
    private CompletableFuture<Void> knownToken() {
        if (calls.authentication().isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return read(Range.ANYTHING).<Void> thenApply(page -> null)
                .exceptionallyCompose(failure -> EtcdException.of(failure).kind() == EtcdException.Kind.DENIED
                        ? CompletableFuture.completedFuture(null)
                        : CompletableFuture.failedFuture(failure));
    }

    private void remember(WatchCall watch) {
        watches.removeIf(WatchCall::isOver);
        watches.add(watch);
    }

    private EtcdException watchFailure(Throwable failure) {
        return errors.translate(failure, Access.READ, settings.requestTimeout());
    }

    private synchronized KeepAliveStream keepAliveStream() {
        if (keepAlive == null || keepAlive.ended()) {
            keepAlive = new KeepAliveStream(calls.channel());
        }
        return keepAlive;
    }

    /** jetcd may never complete a future, not even when it is closed. */
    private <T> CompletableFuture<T> call(Access access, Supplier<CompletableFuture<T>> call) {
        return call(access, call, settings.requestTimeout());
    }

    private <T> CompletableFuture<T> call(Access access, Supplier<CompletableFuture<T>> call, Duration deadline) {
        CompletableFuture<T> answer;
        try {
            answer = calls.authentication().map(token -> token.call(call)).orElseGet(call);
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        return answer.orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(errors.translate(failure, access, deadline)));
    }

    private static SslContext context(EtcdTls tls) {
        try {
            return tls.context();
        } catch (Exception e) {
            throw new IllegalStateException("look at " + tls.properties() + ": " + e.getMessage(), e);
        }
    }
}
