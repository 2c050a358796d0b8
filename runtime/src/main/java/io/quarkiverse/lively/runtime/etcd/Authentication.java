package io.quarkiverse.lively.runtime.etcd;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.jboss.logging.Logger;

import io.etcd.jetcd.api.AuthGrpc;
import io.etcd.jetcd.api.AuthenticateRequest;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;

/**
 * Puts the token of a user on every call: gets one from etcd before the first call, and another one once etcd does not know
 * it any more. Calls that come meanwhile wait for it, within their deadline; no thread does.
 * <p>
 * jetcd's own puts it on the calls of jetcd only, and does not forget a token that a stream was refused for.
 */
final class Authentication extends CallCredentials {

    private static final Logger LOG = Logger.getLogger(Authentication.class);
    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
    /**
     * To check a password is made to cost etcd much. After a try that failed, be it for a lost connection, there is no sooner
     * one.
     */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final EtcdLogin login;
    private final Channel channel;
    private final Duration deadline;
    private final LongSupplier nanoClock;
    private CompletableFuture<Metadata> token;
    private long askedAt;

    /**
     * @param channel that calls go by without a token
     * @param deadline how long to wait for the user, and then for the token
     */
    Authentication(EtcdLogin login, Channel channel, Duration deadline, LongSupplier nanoClock) {
        this.login = login;
        this.channel = channel;
        this.deadline = deadline;
        this.nanoClock = nanoClock;
    }

    @Override
    public void applyRequestMetadata(RequestInfo call, Executor executor, MetadataApplier applier) {
        token().whenComplete((headers, failure) -> {
            if (failure == null) {
                applier.apply(headers);
            } else {
                applier.fail(status(failure));
            }
        });
    }

    /** Calls once more if etcd did not know the token: then it has done nothing. */
    <T> CompletableFuture<T> call(Supplier<CompletableFuture<T>> call) {
        long calledAt = nanoClock.getAsLong();
        return call.get().exceptionallyCompose(failure -> {
            if (!EtcdErrors.isAboutToken(failure)) {
                return CompletableFuture.failedFuture(failure);
            }
            forget(calledAt);
            return call.get();
        });
    }

    /** Unless it is another one than the one that was refused, which another call was refused for as well. */
    private synchronized void forget(long calledAt) {
        if (calledAt - askedAt >= 0) {
            token = null;
        }
    }

    private synchronized CompletableFuture<Metadata> token() {
        long now = nanoClock.getAsLong();
        if (token == null || token.isCompletedExceptionally() && now - askedAt >= PAUSE.toNanos()) {
            askedAt = now;
            token = user().thenCompose(this::authenticate);
        }
        return token;
    }

    private CompletableFuture<EtcdLogin.User> user() {
        CompletableFuture<EtcdLogin.User> user;
        try {
            user = login.user().get();
        } catch (RuntimeException e) {
            user = CompletableFuture.failedFuture(e);
        }
        return user.copy().orTimeout(deadline.toMillis(), TimeUnit.MILLISECONDS).exceptionallyCompose(
                failure -> CompletableFuture
                        .failedFuture(Status.UNAVAILABLE.withDescription("nobody gives a user and a password"
                                + " (" + EtcdException.cause(failure) + "): look at " + login.remedy()).asRuntimeException()));
    }

    private CompletableFuture<Metadata> authenticate(EtcdLogin.User user) {
        return UnaryCall
                .send(channel, AuthGrpc.getAuthenticateMethod(),
                        CallOptions.DEFAULT.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS),
                        AuthenticateRequest.newBuilder().setName(user.name()).setPassword(user.password()).build())
                .thenApply(answer -> {
                    Metadata headers = new Metadata();
                    headers.put(TOKEN, answer.getToken());
                    return headers;
                }).exceptionallyCompose(failure -> {
                    if (!EtcdErrors.isWithoutUsers(failure)) {
                        return CompletableFuture.failedFuture(failure);
                    }
                    LOG.warnf("etcd asks nobody for a user: it answers %s as it would anybody", user.name());
                    return CompletableFuture.completedFuture(new Metadata());
                });
    }

    /** Of credentials that fail, gRPC lets through only some codes. */
    private static Status status(Throwable failure) {
        Status status = Status.fromThrowable(EtcdException.cause(failure));
        return switch (status.getCode()) {
            case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED -> status;
            default -> Status.UNAUTHENTICATED.withDescription(status.getDescription()).withCause(status.getCause());
        };
    }
}
