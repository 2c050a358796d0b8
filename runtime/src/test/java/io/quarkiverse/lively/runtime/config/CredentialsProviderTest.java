package io.quarkiverse.lively.runtime.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.runtime.SecurityServices;
import io.quarkiverse.lively.runtime.etcd.EtcdLogin;
import io.quarkus.credentials.CredentialsProvider;
import io.quarkus.runtime.LaunchMode;
import io.smallrye.mutiny.Uni;

class CredentialsProviderTest {

    private final CompletableFuture<Map<String, String>> answer = new CompletableFuture<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final CredentialsProvider provider = new CredentialsProvider() {
        @Override
        public Uni<Map<String, String>> getCredentialsAsync(String name) {
            asked.incrementAndGet();
            return Uni.createFrom().completionStage(answer);
        }
    };

    /** Each client of etcd asks, and none waits for ever. */
    @Test
    void oneThatIsSlowIsAskedOnceAtATime() {
        SecurityServices services = new SecurityServices(() -> null, () -> null, bean -> provider);
        Supplier<CompletableFuture<EtcdLogin.User>> user = Configured.nothing().with("etcd.credentials-provider", "vault")
                .settings(LaunchMode.NORMAL, services).etcd().security().login().orElseThrow().user();
        CompletableFuture<EtcdLogin.User> first = user.get();
        assertSame(first, user.get());
        Awaitility.await().until(() -> asked.get() == 1);
        answer.complete(Map.of(CredentialsProvider.USER_PROPERTY_NAME, "inventory",
                CredentialsProvider.PASSWORD_PROPERTY_NAME, "secret"));
        assertEquals("inventory", first.join().name());
        CompletableFuture<EtcdLogin.User> next = user.get();
        assertNotSame(first, next);
        assertEquals("inventory", next.join().name());
        assertEquals(2, asked.get());
    }
}
