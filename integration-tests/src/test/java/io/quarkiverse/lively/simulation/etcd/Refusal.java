package io.quarkiverse.lively.simulation.etcd;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** The failures of etcd, in its words. */
enum Refusal {

    COMPACTED(Status.Code.OUT_OF_RANGE, "mvcc: required revision has been compacted"),
    FUTURE_REVISION(Status.Code.OUT_OF_RANGE, "mvcc: required revision is a future revision"),
    LEASE_NOT_FOUND(Status.Code.NOT_FOUND, "requested lease not found"),
    TTL_TOO_LARGE(Status.Code.OUT_OF_RANGE, "too large lease TTL"),
    EMPTY_KEY(Status.Code.INVALID_ARGUMENT, "key is not provided"),
    DUPLICATE_KEY(Status.Code.INVALID_ARGUMENT, "duplicate key given in txn request"),
    TOO_MANY_OPERATIONS(Status.Code.INVALID_ARGUMENT, "too many operations in txn request"),
    TOO_LARGE(Status.Code.INVALID_ARGUMENT, "request is too large"),
    NO_SPACE(Status.Code.RESOURCE_EXHAUSTED, "mvcc: database space exceeded"),
    TOO_MANY_REQUESTS(Status.Code.RESOURCE_EXHAUSTED, "too many requests"),
    NO_LEADER(Status.Code.UNAVAILABLE, "no leader"),
    LEADER_CHANGED(Status.Code.UNAVAILABLE, "leader changed"),
    TIMED_OUT(Status.Code.UNAVAILABLE, "request timed out"),
    LEARNER(Status.Code.UNAVAILABLE, "rpc not supported for learner"),
    NO_USER(Status.Code.INVALID_ARGUMENT, "user name is empty"),
    UNKNOWN_TOKEN(Status.Code.UNAUTHENTICATED, "invalid auth token"),
    DENIED(Status.Code.PERMISSION_DENIED, "permission denied"),
    /** Without a prefix, as etcd has no code for it. */
    NOT_PRIMARY(Status.Code.UNKNOWN, "not a primary lessor");

    private final Status.Code code;
    private final String words;

    Refusal(Status.Code code, String words) {
        this.code = code;
        this.words = code == Status.Code.UNKNOWN ? words : "etcdserver: " + words;
    }

    /** Newer versions give a learner's refusal another code. */
    StatusRuntimeException in(Version version) {
        Status.Code spoken = this == LEARNER && version != Version.V3_4 ? Status.Code.FAILED_PRECONDITION : code;
        return failure(spoken, words);
    }

    /** The end of a watch whose first revision is compacted, as production makes it of the number that etcd sends. */
    static StatusRuntimeException compactedUpTo(long revision) {
        return failure(COMPACTED.code, COMPACTED.words + ", as all are up to " + revision);
    }

    /** The end of a watch that the user has no permission for. */
    static StatusRuntimeException deniedWatch() {
        return cancelledWatch("rpc error: code = PermissionDenied desc = " + DENIED.words);
    }

    /** The end of a watch of no keys. */
    static StatusRuntimeException emptyWatch() {
        return cancelledWatch("mvcc: watcher range is empty");
    }

    private static StatusRuntimeException cancelledWatch(String reason) {
        return failure(Status.Code.FAILED_PRECONDITION, "the watch was cancelled: " + reason);
    }

    private static StatusRuntimeException failure(Status.Code code, String words) {
        return code.toStatus().withDescription(words).asRuntimeException();
    }
}
