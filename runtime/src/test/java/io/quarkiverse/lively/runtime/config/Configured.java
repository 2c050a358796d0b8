package io.quarkiverse.lively.runtime.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import io.quarkiverse.lively.runtime.CallTracing;
import io.quarkiverse.lively.runtime.DefaultHost;
import io.quarkiverse.lively.runtime.Lively;
import io.quarkiverse.lively.runtime.LivelySettings;
import io.quarkiverse.lively.runtime.SecurityServices;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkus.runtime.BlockingOperationControl;
import io.quarkus.runtime.IOThreadDetector;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;

/** The configuration of an application named {@code inventory}, as Quarkus would read it. */
public record Configured(Map<String, String> properties, Map<String, String> environment) {

    public static Configured nothing() {
        return new Configured(Map.of("quarkus.application.name", "inventory"), Map.of());
    }

    /** A key of {@code application.properties}, below {@code quarkus.lively}. */
    public Configured with(String key, String value) {
        return withProperty("quarkus.lively." + key, value);
    }

    public Configured withProperty(String name, String value) {
        return new Configured(and(properties, name, value), environment);
    }

    /** An environment variable. */
    public Configured withVariable(String name, String value) {
        return new Configured(properties, and(environment, name, value));
    }

    public LivelyConfig config() {
        return all().getConfigMapping(LivelyConfig.class);
    }

    /** What there is, be it of Lively or not. */
    public SmallRyeConfig all() {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(new EnvConfigSource(environment, 300), new PropertiesConfigSource(properties, "test", 250))
                .withConverter(Duration.class, 200, new DurationConverter())
                .withMapping(LivelyConfig.class)
                .build();
    }

    public LivelySettings settings() {
        return settings(LaunchMode.NORMAL);
    }

    public LivelySettings settings(LaunchMode mode) {
        return settings(mode, new SecurityServices(Certificates::new, () -> {
            throw new IllegalStateException("There is no certificate to read");
        }, bean -> {
            throw new IllegalStateException("There is no credentials provider");
        }));
    }

    public LivelySettings settings(LaunchMode mode, SecurityServices services) {
        return LivelySettings.of(config(), "1.0", DefaultHost.of(mode, all()), false, services);
    }

    public Lively lively() {
        return lively(settings());
    }

    /** Lively in such an application, which has neither readiness checks nor traces nor metrics. It is not started yet. */
    public static Lively lively(LivelySettings settings) {
        anyThreadMayBlock();
        return new Lively(settings, change -> {
        }, Optional.empty(), CallTracing.NONE, LivelyMetrics.NONE);
    }

    /** In an application, Quarkus says which ones must not. */
    public static void anyThreadMayBlock() {
        BlockingOperationControl.setIoThreadDetector(new IOThreadDetector[0]);
    }

    private static Map<String, String> and(Map<String, String> some, String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(some);
        more.put(name, value);
        return more;
    }
}
