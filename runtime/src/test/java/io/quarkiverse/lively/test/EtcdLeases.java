package io.quarkiverse.lively.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.Empty;
import com.google.protobuf.UnknownFieldSet;

import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.LeaseRevokeRequest;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;

/** The leases of the etcd at a port of 127.0.0.1, each as a hexadecimal number. As {@link EtcdKeys}. */
public record EtcdLeases(int port) {

    /** Which the API of jetcd does not know; its messages have no fields here, and keep what they do not know. */
    private static final MethodDescriptor<Empty, Empty> LIST = MethodDescriptor.<Empty, Empty> newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY).setFullMethodName("etcdserverpb.Lease/LeaseLeases")
            .setRequestMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
            .setResponseMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
            .build();
    private static final int LEASES_FIELD = 2;
    private static final int ID_FIELD = 1;

    public List<String> all() {
        Empty answer = EtcdKeys.call(port, channel -> ClientCalls.blockingUnaryCall(channel, LIST,
                CallOptions.DEFAULT.withDeadlineAfter(EtcdKeys.SECONDS, TimeUnit.SECONDS), Empty.getDefaultInstance()));
        return answer.getUnknownFields().getField(LEASES_FIELD).getLengthDelimitedList().stream().map(lease -> {
            try {
                return hex(UnknownFieldSet.parseFrom(lease).getField(ID_FIELD).getVarintList().get(0));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }).toList();
    }

    public void revoke(String lease) {
        LeaseRevokeRequest request = LeaseRevokeRequest.newBuilder().setID(Long.parseUnsignedLong(lease, 16)).build();
        EtcdKeys.call(port, channel -> LeaseGrpc.newBlockingStub(channel)
                .withDeadlineAfter(EtcdKeys.SECONDS, TimeUnit.SECONDS).leaseRevoke(request));
    }

    /** The keys that are under it. */
    public List<String> keys(String lease) {
        return new EtcdKeys(port).range("").getKvsList().stream().filter(entry -> hex(entry.getLease()).equals(lease))
                .map(entry -> entry.getKey().toStringUtf8()).toList();
    }

    private static String hex(long lease) {
        return String.format("%016x", lease);
    }
}
