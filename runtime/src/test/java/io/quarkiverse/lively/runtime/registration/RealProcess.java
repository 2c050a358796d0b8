package io.quarkiverse.lively.runtime.registration;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.runtime.etcd.EtcdSettings;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.quarkiverse.lively.runtime.worker.Worker;
import io.quarkiverse.lively.test.EtcdServer;

/** What a process registers on a real etcd, on real clocks; but many of them fit into one JVM. */
final class RealProcess implements AutoCloseable {

    static final Duration TTL = Duration.ofSeconds(6);

    private final Worker worker;
    private final Registrar registrar;

    /** @param etcd stays open when this is closed */
    RealProcess(Etcd etcd, int number) {
        KeyLayout layout = new KeyLayout("");
        String host = "host" + number;
        worker = new SystemPlatform().worker("lively-" + number);
        registrar = new Registrar(etcd, layout, worker, new SystemPlatform(),
                new Registrar.Settings(true, new ServiceIdentity(layout.uuidOf("many", host), "many", host, "default"), TTL,
                        Duration.ofSeconds(2), "1.0", Map.of(), OnConflict.TAKEOVER, false, false),
                change -> {
                });
        registrar.start();
        registrar.serve(Optional.of(new Endpoint("127.0.0.1", 1 + number, false)));
    }

    /** As an application with that TTL connects by default. */
    static EtcdConnection connection(EtcdServer etcd) {
        return new EtcdConnection(new EtcdSettings(List.of(URI.create(etcd.url())), Duration.ofSeconds(5),
                Duration.ofSeconds(3), Duration.ofSeconds(2)), new SystemPlatform());
    }

    RegistrationState state() {
        return registrar.own().state();
    }

    boolean isRegistered() {
        return state() == RegistrationState.REGISTERED;
    }

    OptionalLong fencingToken() {
        return registrar.own().fencingToken();
    }

    /** Blocks until DOWN is published. */
    void stop() {
        registrar.stop(Duration.ofSeconds(2)).join();
    }

    @Override
    public void close() {
        registrar.close().exceptionally(failure -> null).join();
        worker.close();
    }
}
