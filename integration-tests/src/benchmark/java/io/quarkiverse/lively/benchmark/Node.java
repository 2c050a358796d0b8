package io.quarkiverse.lively.benchmark;

import io.quarkiverse.lively.runtime.worker.Platform;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.RegistrationChange;
import io.quarkiverse.lively.runtime.CallTracing;
import io.quarkiverse.lively.runtime.Lively;
import io.quarkiverse.lively.runtime.LivelySettings;
import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.runtime.etcd.EtcdSettings;
import io.quarkiverse.lively.runtime.health.ReadinessPoll;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkiverse.lively.runtime.registration.OnConflict;
import io.quarkiverse.lively.runtime.registration.Registrar;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.view.LocalView;
import io.quarkiverse.lively.runtime.view.ViewSettings;

/** What Lively is in an application, with the values that an application has by default, but without the application. */
final class Node implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Lively lively;
    private final List<Consumer<RegistrationChange>> listeners = new CopyOnWriteArrayList<>();

    Node(String url, String namespace) {
        this(url, namespace, new SystemPlatform());
    }

    Node(String url, String namespace, Platform platform) {
        Configured.anyThreadMayBlock();
        KeyLayout layout = new KeyLayout(namespace);
        lively = new Lively(
                new LivelySettings(etcd(url), layout, registrar(layout, "node", Duration.ofSeconds(60), false),
                        new ReadinessPoll.Settings(Duration.ofSeconds(5), Duration.ofSeconds(3), 2, 1), view(),
                        Optional.empty()),
                platform, connect(url, platform), Optional.empty(), change -> listeners.forEach(listener -> listener.accept(change)), Optional.empty(),
                CallTracing.NONE, LivelyMetrics.NONE);
        lively.start();
    }

    LivenessRegistry registry() {
        return lively.registry();
    }

    LocalView liveView() {
        return lively.view();
    }

    /** The listener is called with each change of a registration, on the worker thread. */
    void onChange(Consumer<RegistrationChange> listener) {
        listeners.add(listener);
    }

    static EtcdConnection connect(String url, Platform platform) {
        return new EtcdConnection(etcd(url), platform);
    }

    /** @param enabled whether the process itself is registered, beside what it registers further */
    static Registrar.Settings registrar(KeyLayout layout, String host, Duration ttl, boolean enabled) {
        return new Registrar.Settings(enabled, ServiceIdentity.checked(layout.uuidOf("node", host), "node", host, "default"),
                ttl, Duration.ofSeconds(2), "1.0", Map.of(), OnConflict.TAKEOVER, false, false);
    }

    static ViewSettings view() {
        return new ViewSettings(TIMEOUT, Duration.ofSeconds(5), Duration.ofSeconds(30), 1_000, Duration.ofMinutes(30),
                Duration.ofSeconds(60));
    }

    private static EtcdSettings etcd(String url) {
        return new EtcdSettings(List.of(URI.create(url)), Duration.ofSeconds(5), TIMEOUT, Duration.ofSeconds(15));
    }

    @Override
    public void close() {
        lively.stop();
        lively.close();
    }
}
