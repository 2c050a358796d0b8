package io.quarkiverse.lively.runtime.etcd;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.grpc.Status;

/** Says in one line what a failure of gRPC or jetcd means. */
public final class EtcdErrors {

    private static final String UNREACHABLE = "cannot be reached: ";
    private static final String REFUSED = "refused: ";

    /** The words of gRPC and Netty for an answer that is not gRPC. */
    private static final String HTTP_STATUS = "HTTP status code";
    private static final List<String> NOT_HTTP2 = List.of("First received frame was not SETTINGS",
            "Failed ALPN negotiation");

    /** What a call does to the keys that it is about. */
    public enum Access {
        READ("read"),
        WRITE("write");

        private final String verb;

        Access(String verb) {
            this.verb = verb;
        }
    }

    private static final URI DEFAULT_ENDPOINT = URI.create("http://localhost:2379");

    private final EtcdSettings settings;
    private final Supplier<Optional<URI>> member;
    private final TlsErrors tls;
    /** What etcd says, and what that means for who has to do something about it. The first that fits counts. */
    private final List<Map.Entry<String, String>> meanings;

    public EtcdErrors(EtcdSettings settings) {
        this(settings, Optional::empty);
    }

    /** @param member that the last call reached; empty if that reached none */
    public EtcdErrors(EtcdSettings settings, Supplier<Optional<URI>> member) {
        this.settings = settings;
        this.member = member;
        this.tls = new TlsErrors(settings.security());
        this.meanings = List.of(
                Map.entry("Connection refused", refusal(settings)),
                Map.entry("user name is empty", "it wants a user name and a password, and this application gives none: set"
                        + " quarkus.lively.etcd.username and quarkus.lively.etcd.password, or"
                        + " quarkus.lively.etcd.credentials-provider"),
                Map.entry("invalid user ID or password",
                        "it does not accept the user name and the password that it is given: change " + remedy()),
                Map.entry("database space exceeded",
                        "it has no space left; compact and defragment it, then disarm its alarm with etcdctl alarm disarm"),
                Map.entry("no leader", "it knows no leader: more than half of the members must run and reach each other"),
                Map.entry("Channel shutdownNow invoked", "the connection to it was replaced by another one"),
                Map.entry("not supported for learner", "it is a learner, which serves no clients until it is promoted"));
    }

    private static String refusal(EtcdSettings settings) {
        return settings.endpoints().equals(List.of(DEFAULT_ENDPOINT))
                ? "nothing listens there. It is the default endpoint: if etcd is elsewhere, set quarkus.lively.etcd.endpoints"
                : "nothing listens there";
    }

    /** Whether etcd rejected the call because of its token, or because it has none. Then the call has written nothing. */
    public static boolean isAboutToken(Throwable failure) {
        return failureClass(EtcdException.cause(failure)).isAboutToken();
    }

    /** Whether etcd has no users, so that it can tell none from another. */
    public static boolean isWithoutUsers(Throwable failure) {
        return says(failure, "authentication is not enabled")
                || status(failure).getCode() == Status.Code.UNIMPLEMENTED && !says(failure, HTTP_STATUS);
    }

    public static Status leaseNotFound() {
        return Status.NOT_FOUND.withDescription("etcdserver: requested lease not found");
    }

    /** As etcd answers a read of such a revision. Of a watch it only gives the number. */
    public static Status compacted(long revision) {
        return Status.OUT_OF_RANGE.withDescription(
                "etcdserver: mvcc: required revision has been compacted, as all are up to " + revision);
    }

    /**
     * @param access what it was about
     * @param deadline how long was waited for an answer
     */
    public EtcdException translate(Throwable failure, Access access, Duration deadline) {
        Throwable cause = EtcdException.cause(failure);
        if (cause instanceof EtcdException known) {
            return known;
        }
        if (cause instanceof TimeoutException) {
            return failure(FailureClass.FAILING_MEMBER, UNREACHABLE, noAnswer(deadline), cause);
        }
        FailureClass failureClass = failureClass(cause);
        Status status = status(cause);
        String description = description(status, cause);
        return switch (failureClass) {
            case UNFIT_MEMBER, REJECTING_MEMBER, UNKNOWN_TOKEN ->
                failure(failureClass, "does not serve: ", meaning(description), cause);
            case FAILING_MEMBER, NOT_ETCD -> failure(failureClass, UNREACHABLE, tls.meaning(cause)
                    .or(() -> ofOtherServer(description)).orElseGet(() -> status.getCode() == Status.Code.DEADLINE_EXCEEDED
                            ? noAnswer(deadline)
                            : meaning(description)),
                    cause);
            case DENIED -> failure(failureClass, REFUSED, "the user of this application may not " + access.verb
                    + " the keys that begin with " + settings.keys() + ": grant its role that, or change " + remedy() + " ("
                    + description + ")", cause);
            default -> failure(failureClass, REFUSED, meaning(description), cause);
        };
    }

    private static FailureClass failureClass(Throwable cause) {
        Status status = status(cause);
        return FailureClass.of(status.getCode(), description(status, cause));
    }

    private String remedy() {
        EtcdSecurity security = settings.security();
        return security.login().map(EtcdLogin::remedy).orElseGet(() -> security.tls().filter(EtcdTls::hasCertificate)
                .map(tls -> "the certificate whose common name is the user: " + tls.properties() + ".key-store")
                .orElse("quarkus.lively.etcd.username"));
    }

    /** Empty unless the answer is not gRPC. */
    private static Optional<String> ofOtherServer(String description) {
        boolean hasStatus = description.startsWith(HTTP_STATUS);
        if (!hasStatus && NOT_HTTP2.stream().noneMatch(description::contains)) {
            return Optional.empty();
        }
        return Optional.of("no gRPC is spoken there (" + (hasStatus ? description : "the answer is not HTTP/2")
                + "). A web server or a proxy answers, or etcd's port for metrics; etcd's clients use port 2379 unless it was"
                + " started with another: check quarkus.lively.etcd.endpoints");
    }

    private static boolean says(Throwable failure, String words) {
        return description(status(EtcdException.cause(failure)), EtcdException.cause(failure)).contains(words);
    }

    private static String noAnswer(Duration deadline) {
        return "no answer within " + deadline.toMillis() + " ms";
    }

    private EtcdException failure(FailureClass failureClass, String what, String why, Throwable cause) {
        Optional<URI> failed = member.get();
        return new EtcdException(failureClass, failed,
                "etcd at " + failed.map(URI::toString).orElseGet(settings::describe) + " " + what + why, cause);
    }

    private String meaning(String words) {
        return meanings.stream().filter(entry -> words.contains(entry.getKey())).findFirst()
                .map(entry -> entry.getValue() + " (" + words + ")").orElse(words);
    }

    /** jetcd has exceptions of its own, with the codes of gRPC by name. */
    private static Status status(Throwable cause) {
        if (cause instanceof io.etcd.jetcd.common.exception.EtcdException jetcd) {
            return Status.Code.valueOf(jetcd.getErrorCode().name()).toStatus().withDescription(jetcd.getMessage());
        }
        return Status.fromThrowable(cause);
    }

    private static String description(Status status, Throwable cause) {
        Throwable root = status.getCause() != null ? status.getCause() : cause.getCause();
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        String description = status.getDescription() == null ? status.getCode().name() : status.getDescription();
        String detail = root == null || root.getMessage() == null || description.contains(root.getMessage()) ? ""
                : " (" + root.getMessage() + ")";
        return (description + detail).lines().findFirst().orElse(description);
    }
}
