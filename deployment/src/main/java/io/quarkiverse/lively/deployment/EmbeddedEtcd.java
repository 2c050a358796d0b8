package io.quarkiverse.lively.deployment;

import java.io.IOException;
import java.io.UncheckedIOException;

import io.quarkiverse.lively.deployment.etcd.MemoryEtcd;

/** An etcd in this JVM, on a port of 127.0.0.1. It needs nothing, and is not made to last. */
final class EmbeddedEtcd implements LocalEtcd {

    private final int port;
    private MemoryEtcd etcd;

    /**
     * @param port 0 for a free one
     */
    EmbeddedEtcd(int port) {
        this.port = port;
    }

    @Override
    public String description() {
        return "an embedded etcd, in memory and for development and tests only";
    }

    @Override
    public void start() {
        try {
            etcd = MemoryEtcd.started(port);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    @Override
    public String getConnectionInfo() {
        return "http://127.0.0.1:" + etcd.port();
    }

    /** None: it is not in a container. */
    @Override
    public String getContainerId() {
        return null;
    }

    @Override
    public void close() {
        if (etcd != null) {
            etcd.close();
        }
    }
}
