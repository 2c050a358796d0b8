package io.quarkiverse.lively.deployment.etcd;

import com.google.protobuf.Empty;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;

import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;

/**
 * etcd's call {@code LeaseLeases}. The API of jetcd is older, so that its messages are put together by hand: the fields of the
 * answer are 1, the header, and 2, repeated, with the ID of a lease as field 1.
 */
final class LeaseListing {

    private static final MethodDescriptor<Empty, Empty> METHOD = MethodDescriptor.<Empty, Empty> newBuilder()
            .setType(MethodDescriptor.MethodType.UNARY).setFullMethodName("etcdserverpb.Lease/LeaseLeases")
            .setRequestMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
            .setResponseMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
            .build();

    private final Store store;
    private final Leases leases;

    LeaseListing(Store store, Leases leases) {
        this.store = store;
        this.leases = leases;
    }

    /** The service, with this call. */
    ServerServiceDefinition addedTo(ServerServiceDefinition service) {
        ServerServiceDefinition.Builder both = ServerServiceDefinition.builder(service.getServiceDescriptor().getName());
        service.getMethods().forEach(both::addMethod);
        return both.addMethod(METHOD, ServerCalls.asyncUnaryCall((request, observer) -> Calls.answer(observer, this::list)))
                .build();
    }

    private Empty list() {
        Field.Builder ids = Field.newBuilder();
        leases.all().forEach(lease -> ids.addLengthDelimited(UnknownFieldSet.newBuilder()
                .addField(1, Field.newBuilder().addVarint(lease.id()).build()).build().toByteString()));
        Field header = Field.newBuilder().addLengthDelimited(Headers.at(store.revision()).toByteString()).build();
        return Empty.newBuilder()
                .setUnknownFields(UnknownFieldSet.newBuilder().addField(1, header).addField(2, ids.build()).build()).build();
    }
}
