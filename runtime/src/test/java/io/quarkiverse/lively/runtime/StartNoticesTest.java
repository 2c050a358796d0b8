package io.quarkiverse.lively.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import io.quarkiverse.lively.runtime.config.Configured;
import io.quarkus.runtime.LaunchMode;

/** The log names the properties that are missing, or have no effect. */
class StartNoticesTest {

    @Test
    void productionWithoutAnEndpointUsesTheDefault() {
        assertEquals(
                Optional.of("No endpoint of etcd is configured, so the default is used: http://localhost:2379. If etcd is"
                        + " elsewhere, set quarkus.lively.etcd.endpoints"),
                endpoint(Configured.nothing(), LaunchMode.NORMAL));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NORMAL")
    void elsewhereDevServicesSayIt(LaunchMode mode) {
        assertEquals(Optional.empty(), endpoint(Configured.nothing(), mode));
    }

    /** Also if it is the same as the default. */
    @Test
    void anEndpointThatIsConfiguredIsNotMentioned() {
        assertEquals(Optional.empty(),
                endpoint(Configured.nothing().with("etcd.endpoints", "http://localhost:2379"), LaunchMode.NORMAL));
        assertEquals(Optional.empty(),
                endpoint(Configured.nothing().withVariable("QUARKUS_LIVELY_ETCD_ENDPOINTS", "http://a:1"), LaunchMode.NORMAL));
        assertEquals(Optional.empty(),
                endpoint(Configured.nothing().withVariable("OSLIVELY_ETCD_HOST", "localhost"), LaunchMode.NORMAL));
    }

    @Test
    void aDelayThatIsNotEnabledNamesBothProperties() {
        Configured delayed = Configured.nothing().withProperty("quarkus.shutdown.delay", "5S");
        assertEquals(Optional.of("quarkus.shutdown.delay is 5S, but Quarkus ignores it: build the application with"
                + " quarkus.shutdown.delay-enabled=true. Until then it stops serving at once after DOWN is published"),
                StartNotices.ignoredDelay(delayed.all(), false));
        assertEquals(Optional.empty(), StartNotices.ignoredDelay(delayed.all(), true));
        assertEquals(Optional.empty(), StartNotices.ignoredDelay(Configured.nothing().all(), false));
        assertEquals(Optional.empty(), StartNotices.ignoredDelay(
                Configured.nothing().withProperty("quarkus.shutdown.delay", "0").all(), false), "that is no delay");
    }

    private static Optional<String> endpoint(Configured configured, LaunchMode mode) {
        return StartNotices.defaultEndpoint(configured.all(), mode);
    }
}
