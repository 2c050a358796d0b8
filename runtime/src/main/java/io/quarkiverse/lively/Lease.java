package io.quarkiverse.lively;

import java.time.Duration;
import java.util.Objects;

/**
 * The lease under which a registration lives.
 *
 * @param id as {@code etcdctl lease} prints it: sixteen digits of lower case hexadecimal
 * @param ttl how long it lives after a renewal, as granted (etcd may grant more than was asked for)
 * @param remaining how long it is still certain to live, at least; zero when that is not certain any more
 */
public record Lease(String id, Duration ttl, Duration remaining) {

    public Lease {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(ttl, "ttl");
        Objects.requireNonNull(remaining, "remaining");
    }
}
