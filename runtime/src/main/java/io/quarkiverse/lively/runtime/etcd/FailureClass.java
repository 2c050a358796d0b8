package io.quarkiverse.lively.runtime.etcd;

import java.util.Arrays;
import java.util.Set;

import io.grpc.Status;
import io.quarkiverse.lively.runtime.etcd.EtcdException.Kind;

/**
 * The meaning of a failed call for the member that was asked and for the caller. The status code alone does not decide. etcd
 * 3.4 answers UNAVAILABLE where 3.6 answers FAILED_PRECONDITION, and RESOURCE_EXHAUSTED stands for four different failures.
 */
enum FailureClass {

    /** The member cannot serve clients in its present role. Another member is asked at once. */
    UNFIT_MEMBER(Kind.UNAVAILABLE, true, "not supported for learner", "not capable"),
    /** The member rejected the call before it proposed anything: it knows no leader, or it has too much to do. */
    REJECTING_MEMBER(Kind.UNAVAILABLE, true, "no leader", "not leader", "too many requests"),
    /** The member, or the connection to it, failed while the call was under way. */
    FAILING_MEMBER(Kind.UNAVAILABLE, false),
    /** The answer is not from etcd: a proxy, another server, or a broken connection. */
    NOT_ETCD(Kind.UNAVAILABLE, false),
    /** The member does not know the token of the call. A member that lags does not know the newest ones. */
    UNKNOWN_TOKEN(Kind.UNAVAILABLE, true, "invalid auth token", "revision of auth store is old"),
    /** The call has no token, and etcd has users. */
    NO_TOKEN(Kind.REFUSED, true, "user name is empty"),
    /** A message does not fit. */
    TOO_LARGE(Kind.TOO_LARGE, false),
    /** No member can write at present. */
    CLUSTER(Kind.REFUSED, true, "database space exceeded", "corrupt cluster"),
    /** The lease that the call names does not exist. */
    LEASE_NOT_FOUND(Kind.LEASE_NOT_FOUND, true, "requested lease not found"),
    /** etcd does not have the revision that the call names: not any more, or not yet. */
    COMPACTED(Kind.COMPACTED, true, "required revision"),
    /** The user of the call has no permission. */
    DENIED(Kind.DENIED, true, "permission denied"),
    /** Any other answer of etcd. */
    REFUSED(Kind.REFUSED, true);

    /** Begins each message of etcd's own. */
    private static final String FROM_ETCD = "etcdserver: ";
    private static final Set<Status.Code> NEVER_FROM_ETCD = Set.of(Status.Code.UNKNOWN, Status.Code.INTERNAL,
            Status.Code.UNIMPLEMENTED);
    private static final Set<Status.Code> NO_ANSWER = Set.of(Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED,
            Status.Code.CANCELLED, Status.Code.ABORTED);

    private final Kind kind;
    private final boolean nothingWritten;
    private final String[] words;

    FailureClass(Kind kind, boolean nothingWritten, String... words) {
        this.kind = kind;
        this.nothingWritten = nothingWritten;
        this.words = words;
    }

    /** @param message of the status, in which etcd says what it means */
    static FailureClass of(Status.Code code, String message) {
        if (code == Status.Code.RESOURCE_EXHAUSTED && isAboutSize(message)) {
            return TOO_LARGE;
        }
        if (NEVER_FROM_ETCD.contains(code) || !message.contains(FROM_ETCD)) {
            return NO_ANSWER.contains(code) ? FAILING_MEMBER : NOT_ETCD;
        }
        return Arrays.stream(values()).filter(each -> each.isSaidBy(message)).findFirst()
                .orElse(NO_ANSWER.contains(code) ? FAILING_MEMBER : REFUSED);
    }

    /** The class of a failure of which only the kind is known. */
    static FailureClass of(Kind kind) {
        return switch (kind) {
            case UNAVAILABLE -> FAILING_MEMBER;
            case LEASE_NOT_FOUND -> LEASE_NOT_FOUND;
            case COMPACTED -> COMPACTED;
            case TOO_LARGE -> TOO_LARGE;
            case DENIED -> DENIED;
            case REFUSED -> REFUSED;
        };
    }

    Kind kind() {
        return kind;
    }

    /** Whether it is certain that the call has written nothing. */
    boolean nothingWritten() {
        return nothingWritten;
    }

    /** Whether a call with another token may succeed. */
    boolean isAboutToken() {
        return this == UNKNOWN_TOKEN || this == NO_TOKEN;
    }

    private boolean isSaidBy(String message) {
        return Arrays.stream(words).anyMatch(message::contains);
    }

    private static boolean isAboutSize(String message) {
        return message.contains("exceeds maximum size") || message.contains("larger than max");
    }
}
