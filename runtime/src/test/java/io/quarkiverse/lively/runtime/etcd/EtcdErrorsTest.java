package io.quarkiverse.lively.runtime.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

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
                "does not serve: it knows no leader: more than half of the members must run and reach each other"
                        + " (etcdserver: no leader)");
    }

    /** In each JVM. */
    @Test
    void ofSeveralMeaningsTheFirstCounts() {
        List<String> words = List.of("Connection refused", "user name is empty", "invalid user ID or password",
                "database space exceeded", "no leader", "Channel shutdownNow invoked", "not supported for learner");
        for (int i = 0; i < words.size(); i++) {
            assertEquals(meaning(words.get(i)), meaning(String.join(", ", words.subList(i, words.size()))));
        }
    }

    private String meaning(String words) {
        String message = errors.translate(Status.UNAVAILABLE.withDescription(words).asRuntimeException(),
                EtcdErrors.Access.WRITE, Duration.ZERO).getMessage();
        return message.replaceFirst(".*(reached|serve|refused): ", "").replace(" (" + words + ")", "");
    }

    @Test
    void aLearner() {
        for (Status status : List.of(Status.UNAVAILABLE, Status.FAILED_PRECONDITION)) {
            says(EtcdException.Kind.UNAVAILABLE, status, "etcdserver: rpc not supported for learner",
                    "does not serve: it is a learner, which serves no clients until it is promoted"
                            + " (etcdserver: rpc not supported for learner)");
        }
    }

    @Test
    void aFailureOfOneMemberOfSeveralNamesThatOne() {
        EtcdSettings several = new EtcdSettings(List.of(URI.create("http://a:2379"), URI.create("http://b:2379")),
                Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(2));
        TimeoutException silence = new TimeoutException();
        assertEquals("etcd at http://b:2379 cannot be reached: no answer within 1000 ms",
                new EtcdErrors(several, () -> Optional.of(URI.create("http://b:2379")))
                        .translate(silence, EtcdErrors.Access.READ, Duration.ofSeconds(1)).getMessage());
        assertEquals("etcd at http://a:2379, http://b:2379 cannot be reached: no answer within 1000 ms",
                new EtcdErrors(several).translate(silence, EtcdErrors.Access.READ, Duration.ofSeconds(1)).getMessage());
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
