package io.quarkiverse.lively.deployment.etcd;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

import com.google.protobuf.ByteString;

import io.etcd.jetcd.api.KeyValue;

/** Leases, whose keys are deleted in one revision when they end. They belong to the thread of the store. */
final class Leases {

    /** As of an etcd with its default election timeout. */
    private static final long MIN_TTL = 2;
    private static final long MAX_TTL = 9_000_000_000L;
    private static final KeyRange ALL = new KeyRange(KeyRange.ZERO, KeyRange.ZERO);

    private final Store store;
    private final LongSupplier nanoTime;
    private final Map<Long, Lease> leases = new TreeMap<>();

    /**
     * @param ttl in seconds
     * @param renewed the nano time at which it began anew
     */
    record Lease(long id, long ttl, long renewed) {

        boolean hasExpired(long now) {
            return now - renewed > Duration.ofSeconds(ttl).toNanos();
        }

        long secondsLeft(long now) {
            return ttl - Math.min(ttl, Duration.ofNanos(now - renewed).toSeconds() + 1);
        }
    }

    Leases(Store store, LongSupplier nanoTime) {
        this.store = store;
        this.nanoTime = nanoTime;
    }

    /**
     * @param id 0 for one that is free
     */
    Lease grant(long id, long ttl) {
        if (ttl > MAX_TTL) {
            throw EtcdError.LEASE_TTL_TOO_LARGE.exception();
        }
        if (leases.containsKey(id)) {
            throw EtcdError.LEASE_EXISTS.exception();
        }
        Lease lease = new Lease(id == 0 ? freeId() : id, Math.max(ttl, MIN_TTL), nanoTime.getAsLong());
        leases.put(lease.id(), lease);
        return lease;
    }

    void check(long id) {
        if (!leases.containsKey(id)) {
            throw EtcdError.LEASE_NOT_FOUND.exception();
        }
    }

    Optional<Lease> find(long id) {
        return Optional.ofNullable(leases.get(id));
    }

    Collection<Lease> all() {
        return List.copyOf(leases.values());
    }

    /** Gives it its full time again; empty if it is gone. */
    Optional<Lease> renew(long id) {
        return Optional.ofNullable(leases.computeIfPresent(id,
                (same, lease) -> new Lease(id, lease.ttl(), nanoTime.getAsLong())));
    }

    long secondsLeft(Lease lease) {
        return lease.secondsLeft(nanoTime.getAsLong());
    }

    List<ByteString> keys(long id) {
        return store.read(ALL).stream().filter(entry -> entry.getLease() == id).map(KeyValue::getKey).toList();
    }

    void revoke(long id) {
        check(id);
        leases.remove(id);
        keys(id).forEach(key -> store.delete(KeyRange.of(key)));
        store.commit();
    }

    void revokeExpired() {
        long now = nanoTime.getAsLong();
        all().stream().filter(lease -> lease.hasExpired(now)).forEach(lease -> revoke(lease.id()));
    }

    private long freeId() {
        long id;
        do {
            id = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
        } while (leases.containsKey(id));
        return id;
    }
}
