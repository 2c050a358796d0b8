package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.logging.LogRecord;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.deployment.etcd.MemoryEtcd;
import io.quarkus.test.QuarkusDevModeTest;
import io.restassured.RestAssured;

/**
 * In dev mode, the etcd that another application has started at the port is used. When it ends, a line says what to do, and a
 * restart makes this application the owner.
 */
class DevServicesSharedTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String MARK = System.getProperty("user.name") + "/lively";

    private static final MemoryEtcd OF_ANOTHER = started();
    private static final int PORT = OF_ANOTHER.port();
    private static final String URL = "http://127.0.0.1:" + PORT;

    @RegisterExtension
    static final QuarkusDevModeTest APPLICATION = new QuarkusDevModeTest()
            .withApplicationRoot(archive -> archive.addClass(StateResource.class))
            .setBuildSystemProperty("quarkus.lively.devservices.port", Integer.toString(PORT))
            .setBuildSystemProperty("quarkus.lively.devservices.provider", "embedded")
            .setLogRecordPredicate(record -> record.getLoggerName().equals("io.quarkiverse.lively.devservices"));

    @Test
    void theEtcdOfAnotherApplicationIsUsedUntilItEnds() {
        awaitState("before REGISTERED");
        assertEquals(List.of(use("etcd 3.4.0-embedded of another application")), lines());

        OF_ANOTHER.close();

        await().atMost(PATIENCE).untilAsserted(() -> assertTrue(
                lines().get(lines().size() - 1).startsWith("The shared etcd at " + URL + " has ended with the application"),
                lines()::toString));

        APPLICATION.modifySourceFile(StateResource.class, source -> source.replace("before ", "after "));

        awaitState("after REGISTERED");
        assertEquals(use("an embedded etcd, in memory and for development and tests only"), lines().get(lines().size() - 1));
        assertEquals(3, lines().size(), lines()::toString);
        assertTrue(new PortSearch(PORT, MARK, PATIENCE).find().isPresent());
    }

    private static List<String> lines() {
        return APPLICATION.getLogRecords().stream().map(LogRecord::getMessage).toList();
    }

    private static String use(String etcd) {
        return "Dev Services for Lively use " + etcd + ". To look into it: etcdctl --endpoints " + URL
                + " get --prefix /services --keys-only";
    }

    private static void awaitState(String expected) {
        await().atMost(PATIENCE).untilAsserted(() -> RestAssured.get("/state").then().body(equalTo(expected)));
    }

    private static MemoryEtcd started() {
        try {
            MemoryEtcd etcd = MemoryEtcd.started(0);
            try (EtcdProbe owner = new EtcdProbe("127.0.0.1", etcd.port())) {
                owner.leave(MARK, PATIENCE);
            }
            return etcd;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
