package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.logging.LogRecord;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.deployment.etcd.MemoryEtcd;
import io.quarkus.test.QuarkusDevModeTest;
import io.restassured.RestAssured;

/** In dev mode, the etcd that another process has started at the port is used if it is to be shared, and outlives dev mode. */
class DevServicesSharedTest {

    private static final MemoryEtcd OF_ANOTHER = started();

    @RegisterExtension
    static final QuarkusDevModeTest APPLICATION = new QuarkusDevModeTest()
            .withApplicationRoot(archive -> archive.addClass(StateResource.class))
            .setBuildSystemProperty("quarkus.lively.devservices.shared", "true")
            .setBuildSystemProperty("quarkus.lively.devservices.port", Integer.toString(OF_ANOTHER.port()))
            .setLogRecordPredicate(record -> record.getLoggerName().equals("io.quarkiverse.lively.devservices"));

    @Test
    void theEtcdOfAnotherProcessIsUsed() {
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> RestAssured.get("/state").then().body(equalTo("before REGISTERED")));

        String url = "http://127.0.0.1:" + OF_ANOTHER.port();
        assertEquals(List.of("Dev Services for Lively use etcd 3.4.0-embedded of another process. To look into it: etcdctl"
                + " --endpoints " + url + " get --prefix /services --keys-only"),
                APPLICATION.getLogRecords().stream().map(LogRecord::getMessage).toList());
        assertTrue(new PortSearch(OF_ANOTHER.port()).find().isPresent());
        assertEquals(List.of(), EtcdChildren.pids());
    }

    @AfterAll
    static void end() {
        OF_ANOTHER.close();
    }

    private static MemoryEtcd started() {
        try {
            return MemoryEtcd.started(0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
