package io.quarkiverse.lively.runtime.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.grpc.Status;

/** What etcd says is put into words that tell what to do about it. */
class EtcdErrorsTest {

    private final EtcdErrors errors = new EtcdErrors(new EtcdSettings(List.of(URI.create("http://etcd:2379")),
            Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(2)));

    @Test
    void noUser() {
        says(EtcdException.Kind.REFUSED, Status.INVALID_ARGUMENT, "etcdserver: user name is empty",
                "refused: it wants a user name and a password, and this application gives none: set"
                        + " quarkus.lively.etcd.username and quarkus.lively.etcd.password, or"
                        + " quarkus.lively.etcd.credentials-provider (etcdserver: user name is empty)");
    }

    @Test
    void noSpace() {
        says(EtcdException.Kind.REFUSED, Status.RESOURCE_EXHAUSTED, "etcdserver: mvcc: database space exceeded",
                "refused: it has no space left; compact and defragment it, then disarm its alarm with etcdctl alarm disarm"
                        + " (etcdserver: mvcc: database space exceeded)");
    }

    @Test
    void noLeader() {
        says(EtcdException.Kind.UNAVAILABLE, Status.UNAVAILABLE, "etcdserver: no leader",
                "cannot be reached: too few of its members are there to elect a leader (etcdserver: no leader)");
    }

    @Test
    void nothingListens() {
        says(EtcdException.Kind.UNAVAILABLE, Status.UNAVAILABLE, "Connection refused",
                "cannot be reached: nothing listens there (Connection refused)");
    }

    @Test
    void nothingListensAtTheDefaultEndpoint() {
        EtcdSettings settings = new EtcdSettings(List.of(URI.create("http://localhost:2379")), Duration.ofSeconds(1),
                Duration.ofSeconds(1), Duration.ofSeconds(2));
        assertEquals(
                "etcd at http://localhost:2379 cannot be reached: nothing listens there. It is the default endpoint: if etcd"
                        + " is elsewhere, set quarkus.lively.etcd.endpoints (Connection refused)",
                new EtcdErrors(settings).translate(
                        Status.UNAVAILABLE.withDescription("Connection refused").asRuntimeException(),
                        EtcdErrors.Access.READ, Duration.ZERO).getMessage());
    }

    @Test
    void somethingElse() {
        says(EtcdException.Kind.REFUSED, Status.INVALID_ARGUMENT, "etcdserver: too many operations in txn request",
                "refused: etcdserver: too many operations in txn request");
    }

    private void says(EtcdException.Kind kind, Status status, String description, String words) {
        EtcdException failure = errors.translate(status.withDescription(description).asRuntimeException(),
                EtcdErrors.Access.WRITE, Duration.ZERO);
        assertEquals(kind, failure.kind());
        assertEquals("etcd at http://etcd:2379 " + words, failure.getMessage());
    }
}
