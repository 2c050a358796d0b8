package io.quarkiverse.lively.runtime.etcd;

import java.net.URI;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import io.quarkiverse.lively.test.EtcdServer;

/** A real etcd, and for each test a client of its own. To be a static extension. */
final class RealClient implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

    EtcdServer server;
    EtcdClient client;

    @Override
    public void beforeAll(ExtensionContext context) {
        server = EtcdServer.started();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        client = new EtcdClient(new EtcdSettings(List.of(URI.create(server.url())), Duration.ofSeconds(1),
                Duration.ofSeconds(3), Duration.ofSeconds(2)));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        client.close();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (server != null) {
            server.close();
        }
    }
}
