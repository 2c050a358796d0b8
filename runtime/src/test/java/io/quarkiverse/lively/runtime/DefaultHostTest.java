package io.quarkiverse.lively.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkus.runtime.LaunchMode;

/** The host of an application that does not configure one. In dev mode, processes of one application have different hosts. */
class DefaultHostTest {

    private static final String MACHINE = LivelySettings.hostName();
    private static final String OF_PROCESS = "pid" + ProcessHandle.current().pid();

    @Test
    void isTheNameOfTheMachine() {
        assertEquals(MACHINE, host(LaunchMode.NORMAL, "quarkus.http.port=8080", -1));
        assertEquals(MACHINE + "-test", host(LaunchMode.TEST, "quarkus.http.port=8080", -1));
    }

    /** A port that is reconfigured in dev mode has no effect until dev mode is restarted. */
    @ParameterizedTest
    @CsvSource({
            "quarkus.http.port=8080, -1, 8080",
            "quarkus.http.port=8081, 8080, 8080",
            "quarkus.http.port=8080 quarkus.http.insecure-requests=disabled quarkus.http.ssl-port=8443, -1, 8443",
            "quarkus.http.port=8080 quarkus.http.insecure-requests=redirect quarkus.http.ssl-port=8443, -1, 8080" })
    void inDevModeItHasTheHttpPort(String properties, int open, String port) {
        assertEquals(MACHINE + "-" + port, host(LaunchMode.DEVELOPMENT, properties, open));
    }

    /** The port 0 stands for a port that is not known yet. A command has no port. */
    @ParameterizedTest
    @CsvSource({ "quarkus.http.port=0, -1", "quarkus.http.port=0, 45678", "other=1, -1",
            "quarkus.http.port=8080 quarkus.http.host-enabled=false, -1" })
    void inDevModeWithoutAPortItHasTheProcess(String properties, int open) {
        assertEquals(MACHINE + "-" + OF_PROCESS, host(LaunchMode.DEVELOPMENT, properties, open));
    }

    private static String host(LaunchMode mode, String properties, int open) {
        Configured configured = Configured.nothing();
        for (String property : properties.split(" ")) {
            configured = configured.withProperty(property.split("=")[0], property.split("=")[1]);
        }
        return DefaultHost.of(mode, configured.all(),
                open < 0 ? Optional.empty() : Optional.of(new DevModeHttpServer(open, -1))).known();
    }
}
