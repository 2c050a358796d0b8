package io.quarkiverse.lively.demo;

import java.util.Map;

import io.quarkiverse.lively.test.EtcdServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;

/** An etcd, a real one where that is installed, for an application that Quarkus starts for a test. */
public class EtcdResource implements QuarkusTestResourceLifecycleManager {

    private EtcdServer etcd;

    @Override
    public Map<String, String> start() {
        etcd = EtcdServer.started();
        return Map.of("quarkus.lively.etcd.endpoints", etcd.url(), "quarkus.lively.registration.in-training", "true");
    }

    @Override
    public void stop() {
        etcd.close();
    }
}
