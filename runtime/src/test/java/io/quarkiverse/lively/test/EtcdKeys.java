package io.quarkiverse.lively.test;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import com.google.protobuf.ByteString;

import io.etcd.jetcd.api.CompactionRequest;
import io.etcd.jetcd.api.DeleteRangeRequest;
import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.KVGrpc.KVBlockingStub;
import io.etcd.jetcd.api.PutRequest;
import io.etcd.jetcd.api.RangeRequest;
import io.etcd.jetcd.api.RangeResponse;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;

/**
 * The keys of the etcd at a port of 127.0.0.1, as any client sees them, without any code of Lively and without
 * etcdctl. Each call has a connection of its own, and fails with a {@link StatusRuntimeException} after 3 s.
 */
public record EtcdKeys(int port) {

    static final int SECONDS = 3;

    /** Those that begin like that. */
    public List<String> all(String prefix) {
        return range(prefix).getKvsList().stream().map(entry -> entry.getKey().toStringUtf8()).toList();
    }

    /** Each that begins like that, with its value and revisions, as a text. */
    public List<String> entries(String prefix) {
        return range(prefix).getKvsList().stream().map(Object::toString).toList();
    }

    /** @return how many there were */
    public long delete(String prefix) {
        return call(kv -> kv.deleteRange(DeleteRangeRequest.newBuilder().setKey(bytes(prefix)).setRangeEnd(end(prefix))
                .build())).getDeleted();
    }

    public void put(String key, String value) {
        call(kv -> kv.put(PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)).build()));
    }

    /** That of the last write. */
    public long revision() {
        return range("none").getHeader().getRevision();
    }

    /** Forgets what was before that revision. */
    public void compact(long revision) {
        call(kv -> kv.compact(CompactionRequest.newBuilder().setRevision(revision).setPhysical(true).build()));
    }

    /** Whether it answers. */
    boolean answer() {
        try {
            revision();
            return true;
        } catch (StatusRuntimeException e) {
            return false;
        }
    }

    RangeResponse range(String prefix) {
        return call(kv -> kv.range(RangeRequest.newBuilder().setKey(bytes(prefix)).setRangeEnd(end(prefix)).build()));
    }

    private <T> T call(Function<KVBlockingStub, T> request) {
        return call(port,
                channel -> request.apply(KVGrpc.newBlockingStub(channel).withDeadlineAfter(SECONDS, TimeUnit.SECONDS)));
    }

    static <T> T call(int port, Function<Channel, T> request) {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext()
                .maxInboundMessageSize(Integer.MAX_VALUE).build();
        try {
            return request.apply(channel);
        } finally {
            end(channel.shutdownNow());
        }
    }

    private static void end(ManagedChannel channel) {
        try {
            channel.awaitTermination(SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Of all keys that begin like that: one zero byte, to the end, if all do. */
    private static ByteString end(String prefix) {
        ByteString bytes = bytes(prefix);
        return prefix.isEmpty() ? ByteString.copyFrom(new byte[1])
                : bytes.substring(0, bytes.size() - 1)
                        .concat(ByteString.copyFrom(new byte[] { (byte) (bytes.byteAt(bytes.size() - 1) + 1) }));
    }

    /** The empty key is not a key, but what begins like that are all. */
    private static ByteString bytes(String text) {
        return text.isEmpty() ? ByteString.copyFrom(new byte[1]) : ByteString.copyFromUtf8(text);
    }
}
