package io.quarkiverse.lively.deployment;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import io.etcd.jetcd.api.MaintenanceGrpc;
import io.etcd.jetcd.api.StatusRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;

/** Looks at a port of 127.0.0.1. */
record PortSearch(int port) implements EtcdSearch {

    private static final String HOST = "127.0.0.1";
    private static final int PATIENCE_SECONDS = 3;

    @Override
    public Optional<LocalEtcd> find() {
        if (!isTaken()) {
            return Optional.empty();
        }
        ManagedChannel channel = NettyChannelBuilder.forAddress(HOST, port).usePlaintext().proxyDetector(address -> null)
                .build();
        try {
            String version = MaintenanceGrpc.newBlockingStub(channel).withWaitForReady()
                    .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS).status(StatusRequest.getDefaultInstance())
                    .getVersion();
            return Optional.of(new FoundEtcd("etcd " + version + " of another process", "http://" + HOST + ":" + port, null));
        } catch (StatusRuntimeException e) {
            throw new IllegalStateException("Port " + port + " is taken by something that does not answer as an etcd ("
                    + e.getStatus().getCode() + "). Free it, or set quarkus.lively.devservices.port to another", e);
        } finally {
            channel.shutdownNow();
        }
    }

    private boolean isTaken() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(HOST, port), (int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
