package io.quarkiverse.lively.deployment;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.ByteString;

import io.etcd.jetcd.api.Compare;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RequestOp;
import io.etcd.jetcd.api.StatusRequest;
import io.etcd.jetcd.api.TxnRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;

/**
 * A connection to what may be an etcd of Dev Services. Such an etcd has a key that says so, its mark. The owner writes it
 * once etcd has started.
 * <p>
 * Each call throws a {@link StatusRuntimeException} if there is no answer in time.
 */
final class EtcdProbe implements AutoCloseable {

    /** Outside of every registry. Named as the label of a container. */
    static final String MARK = "/" + EtcdContainer.SHARED_LABEL;

    private static final ByteString KEY = ByteString.copyFrom(MARK, StandardCharsets.UTF_8);

    private final ManagedChannel channel;

    EtcdProbe(String host, int port) {
        channel = NettyChannelBuilder.forAddress(host, port).usePlaintext().proxyDetector(address -> null).build();
    }

    /** The version of etcd. */
    String version(Duration limit) {
        return MaintenanceGrpc.newBlockingStub(channel).withWaitForReady()
                .withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS).status(StatusRequest.getDefaultInstance())
                .getVersion();
    }

    /** Empty if there is none. */
    Optional<String> mark(Duration limit) {
        return calls(limit).range(RangeRequest.newBuilder().setKey(KEY).build()).getKvsList().stream()
                .map(entry -> entry.getValue().toStringUtf8()).findFirst();
    }

    /** @return whether it was written: false if there was one already, so that the etcd has an owner */
    boolean leave(String mark, Duration limit) {
        return calls(limit).txn(TxnRequest.newBuilder()
                .addCompare(Compare.newBuilder().setKey(KEY).setTarget(Compare.CompareTarget.VERSION).setVersion(0))
                .addSuccess(RequestOp.newBuilder()
                        .setRequestPut(PutRequest.newBuilder().setKey(KEY).setValue(ByteString.copyFromUtf8(mark))))
                .build()).getSucceeded();
    }

    private KVGrpc.KVBlockingStub calls(Duration limit) {
        return KVGrpc.newBlockingStub(channel).withWaitForReady().withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
