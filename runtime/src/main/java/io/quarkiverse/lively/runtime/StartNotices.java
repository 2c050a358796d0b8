package io.quarkiverse.lively.runtime;

import java.time.Duration;
import java.util.Optional;

import org.eclipse.microprofile.config.Config;

import io.quarkiverse.lively.runtime.config.LivelyConfig;
import io.quarkus.runtime.LaunchMode;

/** Notices in the log at the start: of a setting that has no effect, and of one that is missing and may be needed. */
final class StartNotices {

    private StartNotices() {
    }

    /**
     * In production, the endpoint of etcd if none is configured. Elsewhere Dev Services say which etcd is used.
     */
    static Optional<String> defaultEndpoint(Config config, LaunchMode mode) {
        boolean isDefault = LivelyConfig.Etcd.DEFAULT_ENDPOINT
                .equals(config.getConfigValue("quarkus.lively.etcd.endpoints").getRawValue())
                && config.getOptionalValue("OSLIVELY_ETCD_HOST", String.class).isEmpty();
        return mode == LaunchMode.NORMAL && isDefault
                ? Optional.of("No endpoint of etcd is configured, so the default is used: "
                        + config.getValue("quarkus.lively.etcd.endpoints", String.class)
                        + ". If etcd is elsewhere, set quarkus.lively.etcd.endpoints")
                : Optional.empty();
    }

    /**
     * The reason why nothing is registered in a training run.
     *
     * @param option of the JVM that makes this a training run
     */
    static String training(String option) {
        return "Nothing is registered, since this is a training run for a class-data archive or an AOT cache (" + option
                + "). To register in it, set quarkus.lively.registration.in-training to true";
    }

    /**
     * A delay that Quarkus ignores.
     *
     * @param enabled whether delays were enabled when the application was built
     */
    static Optional<String> ignoredDelay(Config config, boolean enabled) {
        return config.getOptionalValue("quarkus.shutdown.delay", Duration.class)
                .filter(delay -> !enabled && !delay.isZero())
                .map(delay -> "quarkus.shutdown.delay is " + config.getValue("quarkus.shutdown.delay", String.class)
                        + ", but Quarkus ignores it: build the application with"
                        + " quarkus.shutdown.delay-enabled=true. Until then it stops serving at once after DOWN is published");
    }
}
