package io.quarkiverse.lively.runtime;

import java.util.Optional;

import org.eclipse.microprofile.config.Config;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.configuration.ConfigurationException;

/**
 * The host of an application that has no {@code quarkus.lively.service.host}: the name of the machine. In dev mode and in tests
 * something is added, so that two processes of one application are two services.
 */
public final class DefaultHost {

    private final HostName machine;
    private final String suffix;

    DefaultHost(HostName machine, String suffix) {
        this.machine = machine;
        this.suffix = suffix;
    }

    /**
     * @param config of the application
     * @param open the HTTP server, if dev mode has opened it for an earlier start
     */
    static DefaultHost of(LaunchMode mode, Config config, Optional<DevModeHttpServer> open) {
        return new DefaultHost(new HostName(), switch (mode) {
            case TEST -> "-test";
            case DEVELOPMENT -> "-" + httpPort(config).map(port -> open.map(DevModeHttpServer::anyPort).orElse(port))
                    .map(Object::toString).orElseGet(() -> "pid" + ProcessHandle.current().pid());
            default -> "";
        });
    }

    /** Of an application that is registered without an HTTP server. */
    public static DefaultHost of(LaunchMode mode, Config config) {
        return of(mode, config, Optional.empty());
    }

    /**
     * The port that the HTTP server is to listen on, which is the same after a restart. Empty if there is no server, or if the
     * operating system chooses the port once this application has its name.
     */
    private static Optional<Integer> httpPort(Config config) {
        boolean insecure = !config.getOptionalValue("quarkus.http.insecure-requests", String.class)
                .filter("disabled"::equalsIgnoreCase).isPresent();
        return config.getOptionalValue(insecure ? "quarkus.http.port" : "quarkus.http.ssl-port", Integer.class)
                .filter(port -> port != 0)
                .filter(port -> config.getOptionalValue("quarkus.http.host-enabled", Boolean.class).orElse(true));
    }

    /** @throws ConfigurationException if the name of the machine is not known, naming the property to set */
    String known() {
        return machine.known() + suffix;
    }

    /** Where the name does not matter. */
    String orLocalhost() {
        return machine.orLocalhost() + suffix;
    }
}
