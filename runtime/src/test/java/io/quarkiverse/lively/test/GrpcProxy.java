package io.quarkiverse.lively.test;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.etcd.jetcd.api.KVGrpc;
import io.etcd.jetcd.api.LeaseGrpc;
import io.etcd.jetcd.api.WatchGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;

/**
 * A proxy of etcd on a port of 127.0.0.1 that can leave the calls of single services unanswered, and passes on all others. It
 * knows the services KV, Lease and Watch.
 */
public final class GrpcProxy implements AutoCloseable {

    private final ManagedChannel target;
    private final Server server;
    private final Set<String> silent = ConcurrentHashMap.newKeySet();
    private final Set<String> called = ConcurrentHashMap.newKeySet();

    /** @param port of 127.0.0.1 that calls are passed on to */
    public GrpcProxy(int port) {
        target = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        try {
            server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .addService(passedOn(KVGrpc.getServiceDescriptor())).addService(passedOn(LeaseGrpc.getServiceDescriptor()))
                    .addService(passedOn(WatchGrpc.getServiceDescriptor())).build().start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String url() {
        return "http://127.0.0.1:" + server.getPort();
    }

    /**
     * Answers no call of that service any more, be it under way or new.
     *
     * @param service its last name, {@code KV} for example
     */
    public void silence(String service) {
        silent.add("etcdserverpb." + service);
    }

    /** Passes on all that comes from now on. */
    public void answerAgain() {
        silent.clear();
    }

    /** The services that were called since this was last asked, by their full names. */
    public Set<String> called() {
        Set<String> names = Set.copyOf(called);
        called.clear();
        return names;
    }

    @Override
    public void close() {
        server.shutdownNow();
        target.shutdownNow();
    }

    private ServerServiceDefinition passedOn(ServiceDescriptor service) {
        ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(service.getName());
        for (MethodDescriptor<?, ?> method : service.getMethods()) {
            MethodDescriptor<byte[], byte[]> raw = method.toBuilder(new Bytes(), new Bytes()).build();
            definition.addMethod(raw, new PassOn(raw));
        }
        return definition.build();
    }

    private final class PassOn implements ServerCallHandler<byte[], byte[]> {

        private final MethodDescriptor<byte[], byte[]> method;

        PassOn(MethodDescriptor<byte[], byte[]> method) {
            this.method = method;
        }

        @Override
        public ServerCall.Listener<byte[]> startCall(ServerCall<byte[], byte[]> client, Metadata headers) {
            called.add(method.getServiceName());
            ClientCall<byte[], byte[]> call = target.newCall(method, CallOptions.DEFAULT);
            call.start(new ClientCall.Listener<>() {
                @Override
                public void onHeaders(Metadata answer) {
                    if (!isSilent()) {
                        client.sendHeaders(answer);
                    }
                }

                @Override
                public void onMessage(byte[] message) {
                    if (!isSilent()) {
                        client.sendMessage(message);
                    }
                    call.request(1);
                }

                @Override
                public void onClose(Status status, Metadata trailers) {
                    if (!isSilent()) {
                        client.close(status, trailers);
                    }
                }
            }, headers);
            call.request(1);
            client.request(1);
            return new ServerCall.Listener<>() {
                @Override
                public void onMessage(byte[] message) {
                    if (!isSilent()) {
                        call.sendMessage(message);
                    }
                    client.request(1);
                }

                @Override
                public void onHalfClose() {
                    call.halfClose();
                }

                @Override
                public void onCancel() {
                    call.cancel("the client is gone", null);
                }
            };
        }

        private boolean isSilent() {
            return silent.contains(method.getServiceName());
        }
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

        @Override
        public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
