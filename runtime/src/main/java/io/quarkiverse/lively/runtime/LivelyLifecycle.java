package io.quarkiverse.lively.runtime;

import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.ReactiveLivenessRegistry;
import io.quarkiverse.lively.runtime.config.LivelySettings;

/** Lively, as the application and the beans of this extension find it. Without a start it stays switched off. */
@Singleton
public class LivelyLifecycle {

    private volatile Optional<Lively> lively = Optional.empty();

    void start(LivelySettings settings) {
        Lively started = new Lively(settings);
        lively = Optional.of(started);
        started.start();
    }

    /** The application serves from now on. Only the first call counts. */
    void serve(Optional<Endpoint> endpoint) {
        lively.ifPresent(running -> running.serve(endpoint));
    }

    void stop() {
        lively.ifPresent(Lively::stop);
    }

    void close() {
        lively.ifPresent(Lively::close);
    }

    @Produces
    @ApplicationScoped
    LivenessRegistry registry() {
        return running().registry();
    }

    @Produces
    @ApplicationScoped
    ReactiveLivenessRegistry reactiveRegistry() {
        return running().reactiveRegistry();
    }

    private Lively running() {
        return lively.orElseThrow(() -> new IllegalStateException(
                "Lively is switched off: set quarkus.lively.active to true to ask about services"));
    }
}
