package io.quarkiverse.lively.runtime;

import java.util.Optional;
import java.util.OptionalInt;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.runtime.config.LivelyConfig;
import io.quarkus.runtime.StartupEvent;

/** An application without an HTTP server serves once it has started. */
@Singleton
public class ApplicationServing {

    void started(@Observes StartupEvent event, LivelyLifecycle lively, LivelyConfig config) {
        lively.serve(endpoint(config));
    }

    static Optional<Endpoint> endpoint(LivelyConfig config) {
        OptionalInt port = config.service().port();
        return port.isEmpty() ? Optional.empty()
                : Optional.of(new Endpoint(config.service().address().orElseGet(LivelySettings::hostName), port.getAsInt(),
                        false));
    }
}
