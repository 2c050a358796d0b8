package io.quarkiverse.lively.deployment;

import java.net.BindException;
import java.net.URI;
import java.time.Duration;

import io.grpc.StatusRuntimeException;

/** An etcd that this process owns, and that others find by its port and its mark. */
record SharedEtcd(LocalEtcd etcd, Sharing sharing, Duration patience) implements LocalEtcd {

    @Override
    public String description() {
        return etcd.description();
    }

    /**
     * @throws PortTakenException if the port cannot be bound
     * @throws IllegalStateException if another process was the first to bind the port
     */
    @Override
    public void start() {
        try {
            etcd.start();
        } catch (RuntimeException e) {
            if (isRefusedPort(e)) {
                throw new PortTakenException(sharing.port(), "cannot be bound", e);
            }
            throw e;
        }
        try {
            if (!leaveMark()) {
                throw new IllegalStateException("another process has started one at " + etcd.hostUrl());
            }
        } catch (StatusRuntimeException e) {
            etcd.close();
            throw new IllegalStateException("it does not answer at " + etcd.hostUrl(), e);
        } catch (RuntimeException e) {
            etcd.close();
            throw e;
        }
    }

    private static boolean isRefusedPort(Throwable failure) {
        return failure instanceof BindException || failure.getCause() != null && isRefusedPort(failure.getCause());
    }

    private boolean leaveMark() {
        URI url = URI.create(etcd.hostUrl());
        try (EtcdProbe probe = new EtcdProbe(url.getHost(), url.getPort())) {
            return probe.leave(sharing.mark(), patience);
        }
    }

    @Override
    public String getConnectionInfo() {
        return etcd.getConnectionInfo();
    }

    @Override
    public String hostUrl() {
        return etcd.hostUrl();
    }

    @Override
    public String getContainerId() {
        return etcd.getContainerId();
    }

    @Override
    public void close() {
        etcd.close();
    }
}
