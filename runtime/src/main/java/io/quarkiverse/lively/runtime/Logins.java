package io.quarkiverse.lively.runtime;

import static io.quarkiverse.lively.runtime.BadValue.PREFIX;
import static io.quarkiverse.lively.runtime.BadValue.require;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import io.quarkiverse.lively.runtime.config.LivelyConfig;
import io.quarkiverse.lively.runtime.etcd.EtcdLogin;
import io.quarkus.credentials.CredentialsProvider;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;

/** By which user etcd is asked, as configured: one with a password, or the one that a credentials provider knows. */
final class Logins {

    private static final String USERNAME = "etcd.username";
    private static final String PASSWORD = "etcd.password";
    private static final String PROVIDER = "etcd.credentials-provider";
    private static final String PROVIDER_BEAN = "etcd.credentials-provider-name";

    /** An answer may get lost. */
    private static final Duration LONGEST_QUESTION = Duration.ofSeconds(30);

    private Logins() {
    }

    static Optional<EtcdLogin> of(LivelyConfig.Etcd config, SecurityServices services) {
        Optional<String> username = config.username();
        config.credentialsProviderName().ifPresent(bean -> require(config.credentialsProvider().isPresent(), PROVIDER_BEAN,
                bean, "there is no " + PREFIX + PROVIDER));
        if (config.credentialsProvider().isPresent()) {
            if (username.isPresent() || config.password().isPresent()) {
                throw BadValue.of(PROVIDER, config.credentialsProvider().get(), PREFIX
                        + (username.isPresent() ? USERNAME : PASSWORD) + " is set, too: remove one of them");
            }
            return Optional.of(provided(config.credentialsProvider().get(), config.credentialsProviderName(), services));
        }
        username.ifPresent(name -> require(config.password().isPresent(), USERNAME, name,
                "there is no " + PREFIX + PASSWORD + " to go with it"));
        if (config.password().isPresent() && username.isEmpty()) {
            throw BadValue.secret(PASSWORD,
                    "is set, but there is no " + PREFIX + USERNAME + " that it could be the password of");
        }
        return username.map(name -> configured(new EtcdLogin.User(name, config.password().get())));
    }

    private static EtcdLogin configured(EtcdLogin.User user) {
        return new EtcdLogin(() -> CompletableFuture.completedFuture(user), PREFIX + USERNAME + " or " + PREFIX + PASSWORD);
    }

    private static EtcdLogin provided(String name, Optional<String> bean, SecurityServices services) {
        CredentialsProvider provider = provider(bean, services);
        // A thread of the client of etcd must not run what the application brings along.
        Uni<EtcdLogin.User> question = Uni.createFrom().deferred(() -> provider.getCredentialsAsync(name)).map(Logins::user)
                .runSubscriptionOn(Infrastructure.getDefaultExecutor()).ifNoItem().after(LONGEST_QUESTION).fail();
        return new EtcdLogin(oneAtATime(question::subscribeAsCompletionStage),
                "what the credentials provider gives (" + PREFIX + PROVIDER + " is '" + name + "')");
    }

    /**
     * For all clients of etcd: a provider that hangs keeps one thread, and one that is slow is not asked from the beginning.
     */
    private static <T> Supplier<CompletableFuture<T>> oneAtATime(Supplier<CompletableFuture<T>> question) {
        AtomicReference<CompletableFuture<T>> last = new AtomicReference<>(CompletableFuture.completedFuture(null));
        return () -> {
            synchronized (last) {
                if (last.get().isDone()) {
                    last.set(question.get());
                }
                return last.get();
            }
        };
    }

    private static CredentialsProvider provider(Optional<String> bean, SecurityServices services) {
        try {
            return services.credentials().apply(bean.orElse(null));
        } catch (RuntimeException e) {
            throw bean.isPresent()
                    ? BadValue.of(PROVIDER_BEAN, bean.get(), "there is no such credentials provider: " + e.getMessage())
                    : BadValue.secret(PROVIDER, "is set, but there is no bean that is a CredentialsProvider, or more than one: "
                            + "name it in " + PREFIX + PROVIDER_BEAN);
        }
    }

    private static EtcdLogin.User user(Map<String, String> credentials) {
        return new EtcdLogin.User(given(credentials, CredentialsProvider.USER_PROPERTY_NAME),
                given(credentials, CredentialsProvider.PASSWORD_PROPERTY_NAME));
    }

    private static String given(Map<String, String> credentials, String property) {
        String value = credentials == null ? null : credentials.get(property);
        if (value == null) {
            throw new IllegalStateException("it gives no " + property);
        }
        return value;
    }
}
