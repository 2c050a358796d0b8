package io.quarkiverse.lively.deployment;

import java.util.Optional;

import io.quarkiverse.lively.deployment.LivelyBuildTimeConfig.DevServices;
import io.quarkus.runtime.LaunchMode;

/**
 * How the applications of one user find the etcd that they share: the application that binds the port is its owner.
 *
 * @param port of 127.0.0.1
 * @param serviceName the value of the label of a container
 * @param mark the value of the key by which an etcd of Dev Services is recognised
 */
record Sharing(int port, String serviceName, String mark) {

    private static final int FIRST_PORT = 23790;
    /** Two users of one machine seldom have the same port. */
    private static final int PORTS = 1000;

    /** Empty if the application has an etcd of its own. Tests always have: they do not depend on what else runs. */
    static Optional<Sharing> of(DevServices config, LaunchMode mode, String user) {
        if (!config.shared() || mode != LaunchMode.DEVELOPMENT && mode != LaunchMode.RUN) {
            return Optional.empty();
        }
        String mark = user + "/" + config.serviceName();
        return Optional.of(new Sharing(config.port().orElse(portOf(mark)), config.serviceName(), mark));
    }

    /** The same in each process. */
    private static int portOf(String mark) {
        return FIRST_PORT + Math.floorMod(mark.hashCode(), PORTS);
    }
}
