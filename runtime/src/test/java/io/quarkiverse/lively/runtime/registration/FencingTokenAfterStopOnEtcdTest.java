package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalLong;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.runtime.etcd.EtcdConnection;
import io.quarkiverse.lively.test.EtcdServer;

/** A process that was stopped, and goes on serving, sees the claim of its successor in etcd. */
class FencingTokenAfterStopOnEtcdTest {

    @AutoClose
    private final EtcdServer etcd = EtcdServer.started();
    @AutoClose
    private final EtcdConnection connection = RealProcess.connection(etcd);

    @Test
    void itStaysUntilTheSuccessorClaims() {
        try (RealProcess process = new RealProcess(connection, 1)) {
            Awaitility.await().until(process::isRegistered);
            OptionalLong token = process.fencingToken();
            process.stop();
            assertTrue(token.isPresent());
            assertEquals(token, process.fencingToken());
            assertEquals(List.of(), etcd.keys("/services/by-owner/"));
            try (RealProcess successor = new RealProcess(connection, 1)) {
                Awaitility.await().until(successor::isRegistered);
                Awaitility.await().until(() -> process.fencingToken().isEmpty());
                assertTrue(successor.fencingToken().getAsLong() > token.getAsLong());
            }
        }
    }
}
