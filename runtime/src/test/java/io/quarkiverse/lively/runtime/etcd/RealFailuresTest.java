package io.quarkiverse.lively.runtime.etcd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import com.google.protobuf.ByteString;

import io.etcd.jetcd.api.AlarmRequest;
import io.etcd.jetcd.api.AlarmType;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.RangeRequest;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.quarkiverse.lively.test.EtcdServer;
import io.quarkiverse.lively.test.GrpcProxy;
import io.quarkiverse.lively.test.NeedsProgram;

/** A real etcd is made to fail, and each failure is known for what it is. */
@NeedsProgram({ "etcd", "etcdctl" })
@Execution(ExecutionMode.CONCURRENT)
class RealFailuresTest {

    private static final ByteString KEY = ByteString.copyFromUtf8("/services/key");
    private static final Transaction READ = Transaction.read(List.of(KEY));
    private static final Duration TTL = Duration.ofSeconds(60);
    private static final long NO_LEASE = 4711;
    /** An alarm that jetcd has no name for. */
    private static final int CORRUPT = 2;

    @Test
    void ofALearnerAndOfAMemberWithoutALeader() {
        List<EtcdServer> voters = EtcdServer.startedCluster(3, "--strict-reconfig-check=false");
        EtcdServer learner = EtcdServer.startedLearner(voters);
        EtcdServer last = voters.get(0);
        try (EtcdClient atLearner = client(learner, Optional.empty()); EtcdClient atLast = client(last, Optional.empty())) {
            everyCallFails(atLearner, learner, FailureClass.UNFIT_MEMBER, "etcdserver: rpc not supported for learner");
            // It gives no token either.
            try (EtcdClient withUser = client(learner, Optional.of(login("secret")))) {
                everyCallFails(withUser, learner, FailureClass.UNFIT_MEMBER, "etcdserver: rpc not supported for learner");
            }
            Etcd.Lease lease = atLast.grantLease(TTL).join();
            assertEquals(lease, atLast.renewLease(lease.id(), TTL).join());

            voters.stream().filter(member -> member != last).forEach(EtcdServer::kill);
            Awaitility.await("it knows that there is no leader")
                    .until(() -> failure(atLast.commit(READ)).failureClass() == FailureClass.REJECTING_MEMBER);
            everyCallFails(atLast, last, FailureClass.REJECTING_MEMBER, "etcdserver: no leader");
        } finally {
            learner.close();
            voters.forEach(EtcdServer::close);
        }
    }

    private static void everyCallFails(EtcdClient client, EtcdServer member, FailureClass failureClass, String words) {
        Ended watch = new Ended();
        client.watch(Range.ANYTHING, 1, watch);
        for (EtcdException failure : List.of(failure(client.commit(READ)), failure(client.commit(put(KEY, 0))),
                failure(client.read(Range.ANYTHING)), failure(client.grantLease(TTL)), failure(client.revokeLease(NO_LEASE)),
                failure(client.renewLease(NO_LEASE, TTL)), watch.cause.join())) {
            says(failureClass, words, failure);
            assertTrue(failure.getMessage().startsWith("etcd at " + member.url() + " does not serve: "), failure.getMessage());
            assertEquals(Optional.of(URI.create(member.url())), failure.member());
        }
    }

    @Test
    void ofAnswers() {
        try (EtcdServer server = EtcdServer.started(); EtcdClient client = client(server, Optional.empty())) {
            long first = client.commit(put(KEY, 0)).join().revision();
            client.commit(put(KEY, 0)).join();
            server.keys().compact(first + 1);
            says(FailureClass.COMPACTED, "etcdserver: mvcc: required revision has been compacted",
                    failure(client.read(new Range(KEY, KEY.concat(KEY), first, 1, false))));
            says(FailureClass.COMPACTED, "etcdserver: mvcc: required revision is a future revision",
                    failure(client.read(new Range(KEY, KEY.concat(KEY), first + 1000, 1, false))));
            Ended watch = new Ended();
            client.watch(Range.ANYTHING, first, watch);
            says(FailureClass.COMPACTED, "etcdserver: mvcc: required revision has been compacted, as all are up to "
                    + (first + 1), watch.cause.join());
            says(FailureClass.LEASE_NOT_FOUND, "etcdserver: requested lease not found",
                    failure(client.commit(put(KEY, NO_LEASE))));
            says(FailureClass.LEASE_NOT_FOUND, "etcdserver: requested lease not found",
                    failure(client.renewLease(NO_LEASE, TTL)));
            says(FailureClass.REFUSED, "etcdserver: too large lease TTL", failure(client.grantLease(Duration.ofDays(365_000))));
            says(FailureClass.REFUSED, "etcdserver: request is too large", failure(client.commit(put(1_600_000))));
            says(FailureClass.TOO_LARGE, "larger than max", failure(client.commit(put(3_000_000))));
            says(FailureClass.REFUSED, "etcdserver: too many operations in txn request", failure(client.commit(
                    new Transaction(List.of(), IntStream.range(0, 200).<Transaction.Operation> mapToObj(
                            number -> new Transaction.Put(ByteString.copyFromUtf8("/services/" + number), ByteString.EMPTY, 0))
                            .toList(), List.of()))));
        }
    }

    /** Although no answer shows which member was asked. */
    @Test
    void ofASilentMember() {
        try (EtcdServer server = EtcdServer.started();
                GrpcProxy member = new GrpcProxy(server.port());
                EtcdClient client = new EtcdClient(new EtcdSettings(List.of(URI.create(member.url()),
                        URI.create("http://127.0.0.1:1")), Duration.ofSeconds(1), Duration.ofMillis(300),
                        Duration.ofSeconds(2)))) {
            client.commit(READ).join();
            Stream.of("KV", "Lease", "Watch").forEach(member::silence);
            for (int i = 0; i < 3; i++) {
                Ended watch = new Ended();
                client.watch(Range.ANYTHING, 1, watch);
                for (EtcdException failure : List.of(failure(client.commit(READ)), watch.cause.join(),
                        failure(client.renewLease(NO_LEASE, TTL)), failure(client.grantLease(TTL)))) {
                    says(FailureClass.FAILING_MEMBER, "etcd at " + member.url() + " cannot be reached: no answer within 300 ms",
                            failure);
                }
            }
        }
    }

    @Test
    void ofTheCluster() {
        try (EtcdServer server = EtcdServer.started(); EtcdClient client = client(server, Optional.empty())) {
            raise(server, AlarmType.NOSPACE_VALUE);
            says(FailureClass.CLUSTER, "etcdserver: mvcc: database space exceeded", failure(client.commit(put(KEY, 0))));
            says(FailureClass.CLUSTER, "etcdserver: mvcc: database space exceeded", failure(client.grantLease(TTL)));
            raise(server, CORRUPT);
            says(FailureClass.CLUSTER, "etcdserver: corrupt cluster", failure(client.commit(put(KEY, 0))));
        }
    }

    @Test
    void ofUsers() {
        try (EtcdServer server = EtcdServer.started()) {
            server.etcdctl("role", "add", "nothing");
            server.setUser("me", "secret", "nothing");
            server.enableAuthentication();
            try (EtcdClient nobody = client(server, Optional.empty());
                    EtcdClient me = client(server, Optional.of(login("secret")));
                    EtcdClient notMe = client(server, Optional.of(login("wrong")))) {
                says(FailureClass.NO_TOKEN, "etcdserver: user name is empty", failure(nobody.commit(READ)));
                says(FailureClass.DENIED, "etcdserver: permission denied", failure(me.commit(READ)));
                says(FailureClass.DENIED, "etcdserver: permission denied", failure(me.commit(put(KEY, 0))));
                Ended watch = new Ended();
                me.watch(Range.ANYTHING, 1, watch);
                says(FailureClass.DENIED, "etcdserver: permission denied", watch.cause.join());
                says(FailureClass.REFUSED, "etcdserver: authentication failed, invalid user ID or password",
                        failure(notMe.commit(READ)));
                StatusRuntimeException unknown = withToken(server, "forged");
                assertEquals("etcdserver: invalid auth token", unknown.getStatus().getDescription());
                assertEquals(FailureClass.UNKNOWN_TOKEN,
                        FailureClass.of(unknown.getStatus().getCode(), unknown.getStatus().getDescription()));
            }
        }
    }

    private static void says(FailureClass failureClass, String words, EtcdException failure) {
        assertEquals(failureClass, failure.failureClass(), failure.getMessage());
        assertTrue(failure.getMessage().contains(words), failure.getMessage());
    }

    private static EtcdException failure(CompletableFuture<?> call) {
        return EtcdException.of(assertThrows(CompletionException.class, call::join));
    }

    private static Transaction put(int bytes) {
        return put(KEY, ByteString.copyFrom(new byte[bytes]), 0);
    }

    private static Transaction put(ByteString key, long lease) {
        return put(key, ByteString.EMPTY, lease);
    }

    private static Transaction put(ByteString key, ByteString value, long lease) {
        return new Transaction(List.of(), List.of(new Transaction.Put(key, value, lease)), List.of());
    }

    private static EtcdLogin login(String password) {
        return new EtcdLogin(() -> CompletableFuture.completedFuture(new EtcdLogin.User("me",
                password)), "the test");
    }

    private static EtcdClient client(EtcdServer server, Optional<EtcdLogin> login) {
        return new EtcdClient(new EtcdSettings(List.of(URI.create(server.url())), Duration.ofSeconds(1), Duration.ofSeconds(5),
                Duration.ofSeconds(2), "/services/", new EtcdSecurity(Optional.empty(), Optional.empty(), login)));
    }

    private static void raise(EtcdServer server, int alarm) {
        ManagedChannel channel = channel(server);
        try {
            MaintenanceGrpc.newBlockingStub(channel).alarm(AlarmRequest.newBuilder()
                    .setAction(AlarmRequest.AlarmAction.ACTIVATE).setAlarmValue(alarm).setMemberID(1).build());
        } finally {
            channel.shutdownNow();
        }
    }

    private static StatusRuntimeException withToken(EtcdServer server, String token) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER), token);
        ManagedChannel channel = channel(server);
        try {
            return assertThrows(StatusRuntimeException.class, () -> KVGrpc.newBlockingStub(channel)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                    .range(RangeRequest.newBuilder().setKey(KEY).build()));
        } finally {
            channel.shutdownNow();
        }
    }

    private static ManagedChannel channel(EtcdServer server) {
        return NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
    }

    private static final class Ended implements Watch.Listener {

        final CompletableFuture<EtcdException> cause = new CompletableFuture<>();

        @Override
        public void created(long revision) {
            // Only its end counts.
        }

        @Override
        public void responded(Watch.Response response) {
            // Only its end counts.
        }

        @Override
        public void ended(EtcdException failure) {
            cause.complete(failure);
        }
    }
}
