package io.quarkiverse.lively.deployment.etcd;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** What etcd refuses, in its own words: clients tell its errors apart by them. */
enum EtcdError {

    EMPTY_KEY(Status.INVALID_ARGUMENT, "key is not provided"),
    KEY_NOT_FOUND(Status.INVALID_ARGUMENT, "key not found"),
    VALUE_PROVIDED(Status.INVALID_ARGUMENT, "value is provided"),
    LEASE_PROVIDED(Status.INVALID_ARGUMENT, "lease is provided"),
    TOO_MANY_OPERATIONS(Status.INVALID_ARGUMENT, "too many operations in txn request"),
    DUPLICATE_KEY(Status.INVALID_ARGUMENT, "duplicate key given in txn request"),
    COMPACTED(Status.OUT_OF_RANGE, "mvcc: required revision has been compacted"),
    FUTURE_REVISION(Status.OUT_OF_RANGE, "mvcc: required revision is a future revision"),
    LEASE_NOT_FOUND(Status.NOT_FOUND, "requested lease not found"),
    LEASE_EXISTS(Status.FAILED_PRECONDITION, "lease already exists"),
    LEASE_TTL_TOO_LARGE(Status.OUT_OF_RANGE, "too large lease TTL"),
    NESTED_TRANSACTION(Status.UNIMPLEMENTED, "transactions inside of transactions are not embedded"),
    UNKNOWN_COMPARE(Status.UNIMPLEMENTED, "this kind of compare is not embedded");

    private final Status status;

    EtcdError(Status status, String text) {
        this.status = status.withDescription("etcdserver: " + text);
    }

    StatusRuntimeException exception() {
        return status.asRuntimeException();
    }
}
