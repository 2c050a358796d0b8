package io.quarkiverse.lively.runtime.registration;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.OwnerWrites;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.store.ServiceKeys;
import io.quarkiverse.lively.runtime.worker.Worker;

/**
 * What one start of an application leaves to the next one in the same JVM, as before a reload in dev mode: a service
 * that is registered, and its lease. Nobody renews the lease until the next start does. If there is none, since the
 * reload failed, the lease runs out within one TTL, and the service is not UP any more.
 * <p>
 * The next start has other classes, so this is left as text, in a system property.
 *
 * @param namespace of the keys
 * @param ephemeral whether everything of the service goes away with the lease
 * @param ttl as it was asked for
 * @param incarnation the id of the one that owns the service, and goes on owning it
 * @param claimed whether it has claimed the service: if another process owns it by now, it is not to be displaced
 */
public record Inheritance(String namespace, ServiceIdentity identity, boolean ephemeral, Duration ttl, long lease,
        String incarnation, Instant startedAt, boolean claimed) {

    private static final String PROPERTY = "lively.dev-mode.inheritance";
    private static final String SEPARATOR = "\n";
    private static final int FIELDS = 12;

    /** @param etcd where the service is registered */
    public void leave(String etcd) {
        System.setProperty(PROPERTY, String.join(SEPARATOR, etcd, namespace, identity.uuid(), identity.type(),
                identity.host(), identity.region(), Boolean.toString(ephemeral), ttl.toString(), Long.toString(lease),
                incarnation, startedAt.toString(), Boolean.toString(claimed)));
    }

    /** What was left there, if anything was. It can be taken once, and what was left in another etcd is dropped. */
    public static Optional<Inheritance> take(String etcd) {
        List<String> left = List.of(System.getProperty(PROPERTY, "").split(SEPARATOR, -1));
        System.clearProperty(PROPERTY);
        if (left.size() != FIELDS || !left.get(0).equals(etcd)) {
            return Optional.empty();
        }
        return Optional.of(new Inheritance(left.get(1),
                new ServiceIdentity(left.get(2), left.get(3), left.get(4), left.get(5)), Boolean.parseBoolean(left.get(6)),
                Duration.parse(left.get(7)), Long.parseLong(left.get(8)), left.get(9), Instant.parse(left.get(10)),
                Boolean.parseBoolean(left.get(11))));
    }

    /** Whether a process that is set up like that can go on with it. */
    boolean suits(KeyLayout layout, Registrar.Settings settings) {
        return settings.registersItself() && layout.namespace().equals(namespace)
                && settings.identity().uuid().equals(identity.uuid()) && settings.ephemeral() == ephemeral
                && settings.ttl().equals(ttl);
    }

    Incarnation incarnation(String version, String signature) {
        return new Incarnation(incarnation, startedAt, version, signature);
    }

    /**
     * Publishes DOWN, since nobody goes on with it, and revokes the lease.
     *
     * @param limit after which the lease is revoked in any case
     */
    CompletableFuture<Void> renounce(Etcd etcd, Worker worker, Duration limit) {
        OwnerWrites writes = new OwnerWrites(new KeyLayout(namespace), identity, ephemeral);
        TakeDown takeDown = new TakeDown(etcd, worker, writes, incarnation("", identity.signature()), TakeDown.Word.DOWN);
        CompletableFuture<Void> revoked = takeDown.result(limit, (keys, failure) -> {
        }).handle((keys, failure) -> etcd.revokeLease(lease))
                .thenCompose(answer -> answer);
        worker.execute(() -> takeDown.run(ServiceKeys.ABSENT, false));
        return revoked;
    }
}
