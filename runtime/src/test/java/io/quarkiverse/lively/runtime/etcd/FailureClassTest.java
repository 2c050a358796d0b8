package io.quarkiverse.lively.runtime.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.grpc.Status;

/**
 * The class of a failure follows from its code and message. The messages of etcd are those of its versions 3.4 to 3.7; see
 * {@link RealFailuresTest} for those that a real etcd can be made to answer.
 */
class FailureClassTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            UNAVAILABLE         | etcdserver: rpc not supported for learner                 | UNFIT_MEMBER     | nothing
            FAILED_PRECONDITION | etcdserver: rpc not supported for learner                 | UNFIT_MEMBER     | nothing
            # What gRPC makes of an answer to a call for a token.
            UNAUTHENTICATED     | etcdserver: rpc not supported for learner                 | UNFIT_MEMBER     | nothing
            UNAVAILABLE         | etcdserver: not capable                                   | UNFIT_MEMBER     | nothing
            FAILED_PRECONDITION | etcdserver: not capable                                   | UNFIT_MEMBER     | nothing

            UNAVAILABLE         | etcdserver: no leader                                     | REJECTING_MEMBER | nothing
            FAILED_PRECONDITION | etcdserver: not leader                                    | REJECTING_MEMBER | nothing
            RESOURCE_EXHAUSTED  | etcdserver: too many requests                             | REJECTING_MEMBER | nothing

            UNAVAILABLE         | etcdserver: server stopped                                | FAILING_MEMBER   | unknown
            UNAVAILABLE         | etcdserver: request timed out                             | FAILING_MEMBER   | unknown
            UNAVAILABLE         | etcdserver: request timed out, possibly due to previous leader failure | FAILING_MEMBER | unknown
            UNAVAILABLE         | etcdserver: request timed out, possibly due to connection lost | FAILING_MEMBER | unknown
            UNAVAILABLE         | etcdserver: request timed out, waiting for the applied index took too long | FAILING_MEMBER | unknown
            UNAVAILABLE         | etcdserver: leader changed                                | FAILING_MEMBER   | unknown
            UNAVAILABLE         | etcdserver: unhealthy cluster                             | FAILING_MEMBER   | unknown
            UNAVAILABLE         | io exception (Connection refused)                         | FAILING_MEMBER   | unknown
            UNAVAILABLE         | transport is closing                                      | FAILING_MEMBER   | unknown
            DEADLINE_EXCEEDED   | CallOptions deadline exceeded after 0.99s                 | FAILING_MEMBER   | unknown
            CANCELLED           | RST_STREAM closed stream. HTTP/2 error code: CANCEL       | FAILING_MEMBER   | unknown

            UNKNOWN             | HTTP status code 200                                      | NOT_ETCD         | unknown
            UNKNOWN             | etcdserver: no leader                                     | NOT_ETCD         | unknown
            INTERNAL            | RST_STREAM closed stream. HTTP/2 error code: PROTOCOL_ERROR | NOT_ETCD       | unknown
            UNIMPLEMENTED       | unknown service etcdserverpb.KV                           | NOT_ETCD         | unknown
            UNIMPLEMENTED       | HTTP status code 404                                      | NOT_ETCD         | unknown
            PERMISSION_DENIED   | HTTP status code 403                                      | NOT_ETCD         | unknown
            UNAUTHENTICATED     | HTTP status code 401                                      | NOT_ETCD         | unknown
            FAILED_PRECONDITION | upstream is not ready                                     | NOT_ETCD         | unknown
            RESOURCE_EXHAUSTED  | rate limit exceeded                                       | NOT_ETCD         | unknown

            RESOURCE_EXHAUSTED  | gRPC message exceeds maximum size 67108864: 70000000      | TOO_LARGE        | unknown
            RESOURCE_EXHAUSTED  | grpc: received message larger than max (3000000 vs. 2097152) | TOO_LARGE     | unknown

            RESOURCE_EXHAUSTED  | etcdserver: mvcc: database space exceeded                 | CLUSTER          | nothing
            DATA_LOSS           | etcdserver: corrupt cluster                               | CLUSTER          | nothing

            UNAUTHENTICATED     | etcdserver: invalid auth token                            | UNKNOWN_TOKEN    | nothing
            INVALID_ARGUMENT    | etcdserver: revision of auth store is old                 | UNKNOWN_TOKEN    | nothing
            UNAUTHENTICATED     | etcdserver: revision of auth store is old                 | UNKNOWN_TOKEN    | nothing
            INVALID_ARGUMENT    | etcdserver: user name is empty                            | NO_TOKEN         | nothing
            UNAUTHENTICATED     | etcdserver: user name is empty                            | NO_TOKEN         | nothing

            PERMISSION_DENIED   | etcdserver: permission denied                             | DENIED           | nothing
            FAILED_PRECONDITION | the watch was cancelled: rpc error: code = PermissionDenied desc = etcdserver: permission denied | DENIED | nothing
            OUT_OF_RANGE        | etcdserver: mvcc: required revision has been compacted    | COMPACTED        | nothing
            OUT_OF_RANGE        | etcdserver: mvcc: required revision is a future revision  | COMPACTED        | nothing
            NOT_FOUND           | etcdserver: requested lease not found                     | LEASE_NOT_FOUND  | nothing
            INVALID_ARGUMENT    | etcdserver: request is too large                          | REFUSED          | nothing
            INVALID_ARGUMENT    | etcdserver: too many operations in txn request            | REFUSED          | nothing
            OUT_OF_RANGE        | etcdserver: too large lease TTL                           | REFUSED          | nothing
            INVALID_ARGUMENT    | etcdserver: authentication failed, invalid user ID or password | REFUSED     | nothing
            FAILED_PRECONDITION | etcdserver: authentication is not enabled                 | REFUSED          | nothing
            """)
    void eachRow(Status.Code code, String message, FailureClass expected, String written) {
        assertEquals(expected, FailureClass.of(code, message));
        assertEquals(written.equals("nothing"), FailureClass.of(code, message).nothingWritten());
    }

    @Test
    void aFailureOfAMemberIsNoRefusal() {
        Set<FailureClass> refusals = Arrays.stream(FailureClass.values())
                .filter(each -> each.kind() == EtcdException.Kind.REFUSED || each.kind() == EtcdException.Kind.DENIED)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(new TreeSet<>(Set.of(FailureClass.NO_TOKEN, FailureClass.CLUSTER, FailureClass.DENIED,
                FailureClass.REFUSED)), refusals);
    }

    /** Its class is not known to other packages, and a test of these makes it of a kind. */
    @Test
    void theClassOfAKindHasThatKind() {
        Stream.of(EtcdException.Kind.values()).forEach(kind -> assertEquals(kind, FailureClass.of(kind).kind()));
    }
}
