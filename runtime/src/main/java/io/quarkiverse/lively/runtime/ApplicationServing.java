package io.quarkiverse.lively.runtime;

import java.util.Optional;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.runtime.config.LivelyConfig;
import io.quarkus.runtime.StartupEvent;

/** An application without an HTTP server serves once it has started. */
@Singleton
public class ApplicationServing {

    void started(@Observes StartupEvent event, LivelyLifecycle lively, LivelyConfig config) {
        lively.serve(() -> endpoint(config));
    }

    /** As configured; empty if no port is. */
    static Optional<Endpoint> endpoint(LivelyConfig config) {
        LivelyConfig.Service told = config.service();
        return told.port().isEmpty() ? Optional.empty()
                : Optional.of(new Endpoint(PublishedAddress.of(told, Optional.empty()), told.port().getAsInt(),
                        told.secure().orElse(false)));
    }
}
