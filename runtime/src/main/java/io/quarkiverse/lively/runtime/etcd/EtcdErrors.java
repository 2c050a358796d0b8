package io.quarkiverse.lively.runtime.etcd;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;

import io.grpc.Status;

/** Says in one line what a failure of gRPC or jetcd means. */
final class EtcdErrors {

    private static final String LEASE_NOT_FOUND = "etcdserver: requested lease not found";

    /** What etcd says, and what that means for who has to do something about it. */
    private static final Map<String, String> MEANINGS = Map.of(
            "user name is empty", "it wants a user name and a password, and this application gives none",
            "permission denied", "the user of this application may not read and write what it has to",
            "database space exceeded",
            "it has no space left; compact and defragment it, then disarm its alarm with etcdctl alarm disarm",
            "no leader", "too few of its members are there to elect a leader");

    private final EtcdSettings settings;

    EtcdErrors(EtcdSettings settings) {
        this.settings = settings;
    }

    static Status leaseNotFound() {
        return Status.NOT_FOUND.withDescription(LEASE_NOT_FOUND);
    }

    /**
     * @param deadline how long was waited for an answer
     */
    EtcdException translate(Throwable failure, Duration deadline) {
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
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
            case OUT_OF_RANGE -> new EtcdException(EtcdException.Kind.COMPACTED, message("refused: ", description), cause);
            case NOT_FOUND -> description.contains(LEASE_NOT_FOUND)
                    ? new EtcdException(EtcdException.Kind.LEASE_NOT_FOUND, message("refused: ", description), cause)
                    : refused(description, cause);
            default -> refused(description, cause);
        };
    }

    /** The same code means that etcd has no space left, or too much to do. */
    private static boolean isAboutSize(String description) {
        return description.contains("exceeds maximum size") || description.contains("larger than max");
    }

    private EtcdException unavailable(String why, Throwable cause) {
        return new EtcdException(EtcdException.Kind.UNAVAILABLE, message("cannot be reached: ", why), cause);
    }

    private EtcdException refused(String why, Throwable cause) {
        return new EtcdException(EtcdException.Kind.REFUSED, message("refused: ", why), cause);
    }

    private String message(String what, String why) {
        String meaning = MEANINGS.entrySet().stream().filter(entry -> why.contains(entry.getKey())).findFirst()
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
