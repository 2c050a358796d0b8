package io.quarkiverse.lively.runtime.etcd;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

import io.grpc.Status;

/** Says in one line what a failure of gRPC or jetcd means. */
final class EtcdErrors {

    private static final String LEASE_NOT_FOUND = "etcdserver: requested lease not found";

    private static final String NO_USER = "user name is empty";
    /** What etcd says of a call that is worth another token. */
    private static final List<String> ABOUT_TOKEN = List.of("invalid auth token", "revision of auth store is old", NO_USER);

    /** What a call does to the keys that it is about. */
    enum Access {
        READ("read"),
        WRITE("write");

        private final String verb;

        Access(String verb) {
            this.verb = verb;
        }
    }

    private static final URI DEFAULT_ENDPOINT = URI.create("http://localhost:2379");

    private final EtcdSettings settings;
    private final TlsErrors tls;
    /** What etcd says, and what that means for who has to do something about it. */
    private final Map<String, String> meanings;

    EtcdErrors(EtcdSettings settings) {
        this.settings = settings;
        this.tls = new TlsErrors(settings.security());
        this.meanings = Map.of(
                "Connection refused", refusal(settings),
                NO_USER, "it wants a user name and a password, and this application gives none: set"
                        + " quarkus.lively.etcd.username and quarkus.lively.etcd.password, or"
                        + " quarkus.lively.etcd.credentials-provider",
                "invalid user ID or password", "it does not accept the user name and the password that it is given: change "
                        + remedy(),
                "database space exceeded",
                "it has no space left; compact and defragment it, then disarm its alarm with etcdctl alarm disarm",
                "no leader", "too few of its members are there to elect a leader");
    }

    private static String refusal(EtcdSettings settings) {
        return settings.endpoints().equals(List.of(DEFAULT_ENDPOINT))
                ? "nothing listens there. It is the default endpoint: if etcd is elsewhere, set quarkus.lively.etcd.endpoints"
                : "nothing listens there";
    }

    /** Whether etcd refused to do anything because of the token of the call, or because it has none. */
    static boolean isAboutToken(Throwable failure) {
        return ABOUT_TOKEN.stream().anyMatch(words -> says(failure, words));
    }

    /** Whether etcd has no users, so that it can tell none from another. */
    static boolean isWithoutUsers(Throwable failure) {
        return says(failure, "authentication is not enabled") || status(failure).getCode() == Status.Code.UNIMPLEMENTED;
    }

    static Status leaseNotFound() {
        return Status.NOT_FOUND.withDescription(LEASE_NOT_FOUND);
    }

    /**
     * @param access what it was about
     * @param deadline how long was waited for an answer
     */
    EtcdException translate(Throwable failure, Access access, Duration deadline) {
        Throwable cause = EtcdException.cause(failure);
        if (cause instanceof EtcdException known) {
            return known;
        }
        if (cause instanceof TimeoutException) {
            return unavailable("no answer within " + deadline.toMillis() + " ms", cause);
        }
        Status status = status(cause);
        String description = description(status, cause);
        return switch (status.getCode()) {
            case DEADLINE_EXCEEDED -> unavailable("no answer within " + deadline.toMillis() + " ms", cause);
            // INTERNAL and UNKNOWN come from proxies and broken connections more often than from etcd: worth another try.
            case UNAVAILABLE, CANCELLED, ABORTED, INTERNAL, UNKNOWN -> unavailable(description, cause);
            case RESOURCE_EXHAUSTED -> isAboutSize(description)
                    ? new EtcdException(EtcdException.Kind.TOO_LARGE, message("refused: ", description), cause)
                    : refused(description, cause);
            case PERMISSION_DENIED -> new EtcdException(EtcdException.Kind.DENIED,
                    message("refused: ", "the user of this application may not " + access.verb + " the keys that begin with "
                            + settings.keys() + ": grant its role that, or change " + remedy() + " (" + description + ")"),
                    cause);
            case OUT_OF_RANGE -> new EtcdException(EtcdException.Kind.COMPACTED, message("refused: ", description), cause);
            case NOT_FOUND -> description.contains(LEASE_NOT_FOUND)
                    ? new EtcdException(EtcdException.Kind.LEASE_NOT_FOUND, message("refused: ", description), cause)
                    : refused(description, cause);
            default -> refused(description, cause);
        };
    }

    private String remedy() {
        EtcdSecurity security = settings.security();
        return security.login().map(EtcdLogin::remedy).orElseGet(() -> security.tls().filter(EtcdTls::hasCertificate)
                .map(tls -> "the certificate whose common name is the user: " + tls.properties() + ".key-store")
                .orElse("quarkus.lively.etcd.username"));
    }

    private static boolean says(Throwable failure, String words) {
        return description(status(EtcdException.cause(failure)), EtcdException.cause(failure)).contains(words);
    }

    /** The same code means that etcd has no space left, or too much to do. */
    private static boolean isAboutSize(String description) {
        return description.contains("exceeds maximum size") || description.contains("larger than max");
    }

    private EtcdException unavailable(String why, Throwable cause) {
        return new EtcdException(EtcdException.Kind.UNAVAILABLE, message("cannot be reached: ",
                tls.meaning(cause).orElse(why)), cause);
    }

    private EtcdException refused(String why, Throwable cause) {
        return new EtcdException(EtcdException.Kind.REFUSED, message("refused: ", why), cause);
    }

    private String message(String what, String why) {
        String meaning = meanings.entrySet().stream().filter(entry -> why.contains(entry.getKey())).findFirst()
                .map(entry -> entry.getValue() + " (" + why + ")").orElse(why);
        return "etcd at " + settings.describe() + " " + what + meaning;
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
