package io.quarkiverse.lively.runtime.config;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;

/** A TLS registry without a default, of what is registered. */
public final class Certificates implements TlsConfigurationRegistry {

    private final Map<String, TlsConfiguration> configurations = new HashMap<>();

    @Override
    public Optional<TlsConfiguration> get(String name) {
        return Optional.ofNullable(configurations.get(name));
    }

    @Override
    public Optional<TlsConfiguration> getDefault() {
        return Optional.empty();
    }

    @Override
    public void register(String name, TlsConfiguration configuration) {
        configurations.put(name, configuration);
    }
}
