package io.quarkiverse.lively.deployment;

import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.test.NeedsProgram;
import io.quarkus.test.QuarkusDevModeTest;
import io.restassured.RestAssured;

/** A reload in dev mode keeps the etcd, and the application registers in it again. The end of dev mode ends it. */
@NeedsProgram("etcd")
class DevServicesReloadTest {

    @RegisterExtension
    static final QuarkusDevModeTest APPLICATION = new QuarkusDevModeTest()
            .setBuildSystemProperty("quarkus.lively.devservices.provider", "binary")
            .setBuildSystemProperty("quarkus.lively.devservices.port", Integer.toString(freePort()))
            .withApplicationRoot(archive -> archive.addClass(StateResource.class));

    @Test
    void keepsTheEtcd() {
        awaitState("before REGISTERED");
        List<Long> before = EtcdChildren.pids();
        assertEquals(1, before.size());

        APPLICATION.modifySourceFile(StateResource.class, source -> source.replace("before ", "after "));

        awaitState("after REGISTERED");
        assertEquals(before, EtcdChildren.pids());
    }

    @AfterAll
    static void endsIt() {
        assertEquals(List.of(), EtcdChildren.pids());
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitState(String expected) {
        Awaitility.await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> RestAssured.get("/state").then().body(equalTo(expected)));
    }
}
