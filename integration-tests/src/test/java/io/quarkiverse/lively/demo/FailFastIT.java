package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import io.quarkiverse.lively.test.EtcdServer;

/** With fail-fast, an application that cannot be registered ends, and one line says why. */
@Execution(ExecutionMode.CONCURRENT)
class FailFastIT {

    @AutoClose
    private final EtcdServer etcd = EtcdServer.absent();

    @Test
    void withoutEtcd() throws InterruptedException {
        fails("without etcd", "cannot be reached", "-Dquarkus.lively.etcd.connect-timeout=1S",
                "-Dquarkus.lively.etcd.request-timeout=1S");
    }

    @Test
    void withAnotherServiceOfThatTypeAndHost() throws InterruptedException {
        etcd.start();
        try (DemoProcess other = DemoProcess.start(etcd, "-Dquarkus.lively.service.uuid=other").awaitRegistered()) {
            fails("with NAME_TAKEN", "NAME_TAKEN: the service other has the type lively-demo");
            assertEquals("REGISTERED", other.state());
        }
    }

    @Test
    void withAnotherProcessOnConflictFail() throws InterruptedException {
        etcd.start();
        try (DemoProcess other = DemoProcess.start(etcd).awaitRegistered()) {
            fails("with on-conflict=fail", "127.0.0.1:" + other.port() + ", is registered as the same service",
                    "-Dquarkus.lively.registration.on-conflict=fail");
            assertEquals("REGISTERED", other.state());
        }
    }

    private void fails(String how, String why, String... systemProperties) throws InterruptedException {
        String[] failFast = Stream.concat(Stream.of("-Dquarkus.lively.registration.fail-fast=true"),
                Stream.of(systemProperties)).toArray(String[]::new);
        Measured start = Measured.fromNow();
        try (DemoProcess demo = DemoProcess.launch(etcd, failFast)) {
            assertTrue(demo.hasEndedWithin(Duration.ofSeconds(30)), "it goes on");
            start.check("from the start to the end of the process, " + how, Duration.ofSeconds(10));
            assertEquals(1, demo.exitCode());
            List<String> said = demo.log().lines().filter(line -> line.contains("fail-fast")).toList();
            System.out.println(String.join(System.lineSeparator(), said));
            assertEquals(1, said.size(), demo.log());
            assertTrue(said.get(0).contains(why), demo.log());
            assertFalse(demo.log().contains("Exception"), demo.log());
        }
    }
}
