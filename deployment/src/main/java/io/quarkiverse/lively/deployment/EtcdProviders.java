package io.quarkiverse.lively.deployment;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

import io.quarkiverse.lively.deployment.LivelyBuildTimeConfig.DevServices;
import io.quarkiverse.lively.deployment.LivelyBuildTimeConfig.DevServices.Provider;
import io.quarkus.runtime.LaunchMode;

/**
 * The etcds that can be started on this machine.
 *
 * @param patience how long one may take to start
 * @param docker whether Docker works. The answer takes long, so it is asked only if it matters
 * @param path where the program {@code etcd} may be
 */
record EtcdProviders(DevServices config, LaunchMode mode, ContainerNetwork network, Duration patience,
        BooleanSupplier docker, SearchPath path) {

    private static final String PROGRAM = "etcd";

    /** Those that others find, in the order in which they are tried. */
    List<LocalEtcd> shared(Sharing sharing) {
        return at(sharing.port(), Optional.of(sharing.serviceName())).stream()
                .<LocalEtcd> map(etcd -> new SharedEtcd(etcd, sharing, patience)).toList();
    }

    /**
     * Those of one application, in the order in which they are tried. The port that is configured is that of the etcd that
     * applications share, if they do.
     */
    List<LocalEtcd> own() {
        return at(config.shared() ? 0 : config.port().orElse(0), Optional.empty());
    }

    /** Whether an etcd may be a container. An application in a container reaches no other. */
    boolean mayBeContainer() {
        return provider() == Provider.CONTAINER || provider() == Provider.AUTO;
    }

    private Provider provider() {
        return network.ofApplication() ? Provider.CONTAINER : config.provider();
    }

    /** One if a provider is named, be it there or not. Else those that are there. */
    private List<LocalEtcd> at(int port, Optional<String> label) {
        LocalEtcd container = new EtcdContainer(config, mode, port, label, network, patience);
        Optional<Path> program = path.find(PROGRAM);
        LocalEtcd process = new EtcdProcess(program.orElse(Path.of(PROGRAM)), path.find("setsid"), port, patience);
        LocalEtcd embedded = new EmbeddedEtcd(port);
        return switch (provider()) {
            case CONTAINER -> List.of(container);
            case BINARY -> List.of(process);
            case EMBEDDED -> List.of(embedded);
            case AUTO -> {
                List<LocalEtcd> all = new ArrayList<>();
                if (docker.getAsBoolean()) {
                    all.add(container);
                }
                program.ifPresent(found -> all.add(process));
                all.add(embedded);
                yield all;
            }
        };
    }
}
