package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.EtcdServer;

/** Of what an application does not use, no class is loaded. */
class UnusedPartsIT {

    private static final String RUNTIME = "io.quarkiverse.lively.runtime.";

    @Test
    void areNotLoaded() {
        try (EtcdServer etcd = EtcdServer.started(); DemoProcess demo = DemoProcess.start(etcd).awaitRegistered()) {
            List<String> loaded = demo.loadedClasses();
            assertTrue(loaded.contains(RUNTIME + "Lively"), () -> loaded.size() + " classes");
            assertEquals(List.of(), loaded.stream()
                    .filter(name -> name.startsWith(RUNTIME + "management.") || name.startsWith(RUNTIME + "tracing.")
                            || name.startsWith("io.opentelemetry."))
                    .toList());
        }
    }
}
