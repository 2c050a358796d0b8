package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.quarkus.deployment.builditem.LaunchModeBuildItem;
import io.quarkus.runtime.LaunchMode;

/** Readiness is polled quickly in dev mode and in tests. A packaged application keeps the defaults of production. */
class HealthDefaultsTest {

    @ParameterizedTest
    @EnumSource(LaunchMode.class)
    void areQuickInDevModeAndTests(LaunchMode mode) {
        Map<String, String> defaults = new TreeMap<>();

        new LivelyProcessor().healthDefaults(new LaunchModeBuildItem(mode, Optional.empty(), false, Optional.empty(), false),
                item -> defaults.put(item.getKey(), item.getValue()));

        assertEquals(switch (mode) {
            case DEVELOPMENT, TEST -> Map.of("quarkus.lively.health.interval", "200MS", "quarkus.lively.health.up-after", "1",
                    "quarkus.lively.health.down-after", "1");
            case NORMAL, RUN -> Map.of();
        }, defaults);
    }
}
