package io.quarkiverse.lively.simulation.etcd;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;

/** The leases, with the times that the leader knows. */
final class Leases {

    private final Map<Long, Lease> byId = new LinkedHashMap<>();

    static final class Lease {

        final long id;
        final long ttl;
        long renewed;
        long expires;
        /** Its end is proposed. */
        boolean isEnding;
        final NavigableSet<ByteString> keys = new TreeSet<>(Store::compare);

        Lease(long id, long ttl, long now) {
            this.id = id;
            this.ttl = ttl;
            renew(now);
        }

        void renew(long now) {
            renewed = now;
            expires = now + TimeUnit.SECONDS.toNanos(ttl);
        }
    }

    Lease get(long id) {
        return byId.get(id);
    }

    List<Lease> all() {
        return new ArrayList<>(byId.values());
    }

    Lease grant(long id, long ttl, long now) {
        Lease lease = new Lease(id, ttl, now);
        byId.put(id, lease);
        return lease;
    }

    void remove(Lease lease) {
        byId.remove(lease.id);
    }

    void attach(long id, ByteString key) {
        if (id != 0) {
            byId.get(id).keys.add(key);
        }
    }

    void detach(long id, ByteString key) {
        Lease lease = byId.get(id);
        if (lease != null) {
            lease.keys.remove(key);
        }
    }

    /** A new leader gives each lease its whole TTL, and the time that an election takes. */
    void promote(long now, long extension) {
        byId.values().forEach(lease -> {
            lease.expires = now + extension + TimeUnit.SECONDS.toNanos(lease.ttl);
            lease.isEnding = false;
        });
    }

    /** Those that have run out and whose end is not proposed, the earliest first. */
    List<Lease> expired(long now) {
        List<Lease> expired = new ArrayList<>();
        for (Lease lease : byId.values()) {
            if (!lease.isEnding && lease.expires <= now) {
                expired.add(lease);
            }
        }
        expired.sort(Comparator.comparingLong(lease -> lease.expires));
        return expired;
    }

    /** When the first of those runs out whose end is not proposed; {@link Long#MAX_VALUE} if there is none. */
    long nextExpiry() {
        long next = Long.MAX_VALUE;
        for (Lease lease : byId.values()) {
            if (!lease.isEnding) {
                next = Math.min(next, lease.expires);
            }
        }
        return next;
    }

    void clear() {
        byId.clear();
    }
}
