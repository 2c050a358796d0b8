package io.quarkiverse.lively.deployment;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

import io.quarkiverse.lively.deployment.LivelyBuildTimeConfig.DevServices;
import io.quarkiverse.lively.deployment.LivelyBuildTimeConfig.DevServices.Provider;
import io.quarkiverse.lively.runtime.config.LivelyConfig;
import io.quarkus.deployment.IsDevServicesSupportedByLaunchMode;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.CuratedApplicationShutdownBuildItem;
import io.quarkus.deployment.builditem.DevServicesResultBuildItem;
import io.quarkus.deployment.builditem.DockerStatusBuildItem;
import io.quarkus.deployment.builditem.LaunchModeBuildItem;
import io.quarkus.deployment.dev.devservices.DevServicesConfig;
import io.quarkus.runtime.LaunchMode;

/** Starts an etcd beside the application in dev mode, in tests and for {@code quarkus:run}, if none is configured. */
class LivelyDevServicesProcessor {

    private static final String ENDPOINTS = "quarkus.lively.etcd.endpoints";
    private static final String OSLIVELY_HOST = "OSLIVELY_ETCD_HOST";
    private static final String NOT_SHARED = "quarkus.lively.devservices.shared has no effect, because an etcd that is not in a"
            + " container is found by its port: set quarkus.lively.devservices.port";
    private static final String PROGRAM = "etcd";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @BuildStep(onlyIf = { IsDevServicesSupportedByLaunchMode.class, DevServicesConfig.Enabled.class })
    DevServicesResultBuildItem etcd(LivelyBuildTimeConfig config, DevServicesConfig devServices, LaunchModeBuildItem mode,
            DockerStatusBuildItem docker, CuratedApplicationShutdownBuildItem shutdown) {
        // Docker is asked last, and only if it matters: its answer takes long.
        Config configured = ConfigProvider.getConfig();
        if (!config.devservices().enabled() || isConfigured(configured)) {
            return null;
        }
        DevServices settings = config.devservices();
        LaunchMode launch = mode.getLaunchMode();
        BooleanSupplier works = docker::isContainerRuntimeAvailable;
        List<EtcdSearch> searches = searches(settings, launch, works);
        if (isShared(settings, launch) && settings.port().isEmpty() && !(mayBeContainer(settings) && works.getAsBoolean())) {
            Announcement.warning(NOT_SHARED).print();
        }
        Supplier<DevEtcd> etcd = () -> new DevEtcd(searches, () -> candidates(settings, launch,
                devServices.timeout().orElse(PATIENCE), works, SearchPath.ofEnvironment()));
        boolean overrides = isSet(configured);
        return launch == LaunchMode.RUN ? startedFor(etcd.get(), shutdown)
                : owned(etcd, identity(settings, launch, overrides), overrides);
    }

    /** Where to look for one that is shared, if it is. */
    static List<EtcdSearch> searches(DevServices config, LaunchMode mode, BooleanSupplier docker) {
        if (!isShared(config, mode)) {
            return List.of();
        }
        List<EtcdSearch> all = new ArrayList<>();
        config.port().ifPresent(port -> all.add(new PortSearch(port)));
        if (mayBeContainer(config)) {
            all.add(new ContainerSearch(config.serviceName(), docker));
        }
        return all;
    }

    /** One if a provider is named, be it there or not. Else those that are there, in the order in which they are tried. */
    static List<LocalEtcd> candidates(DevServices config, LaunchMode mode, Duration patience,
            BooleanSupplier docker, SearchPath path) {
        // A test is given another port than the one that is shared, where an application in dev mode may have its etcd.
        int port = config.shared() && !isShared(config, mode) ? 0 : config.port().orElse(0);
        LocalEtcd container = new EtcdContainer(config.imageName(), mode, port,
                Optional.of(config.serviceName()).filter(name -> isShared(config, mode)), patience);
        Optional<Path> program = path.find(PROGRAM);
        LocalEtcd process = new EtcdProcess(program.orElse(Path.of(PROGRAM)), path.find("setsid"), port, patience);
        LocalEtcd embedded = new EmbeddedEtcd(port);
        return switch (config.provider()) {
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

    /** Tests do not depend on what else runs on the machine. */
    private static boolean isShared(DevServices config, LaunchMode mode) {
        return config.shared() && (mode == LaunchMode.DEVELOPMENT || mode == LaunchMode.RUN);
    }

    private static boolean mayBeContainer(DevServices config) {
        return config.provider() == Provider.CONTAINER || config.provider() == Provider.AUTO;
    }

    /** Whether there is an etcd to use. An expression that cannot be resolved, or is empty, names none. */
    static boolean isConfigured(Config config) {
        return config.getOptionalValues(ENDPOINTS, String.class).isPresent()
                || config.getOptionalValue(OSLIVELY_HOST, String.class).isPresent();
    }

    /** Whether the endpoints have a value, even if it is empty or cannot be resolved. */
    static boolean isSet(Config config) {
        return config.getConfigValue(ENDPOINTS).getRawValue() != null;
    }

    /**
     * What tells an etcd from the one that is there already. In dev mode that is all that could make it another one. In tests
     * each application has its own, so that no test profile finds what another one has left.
     */
    private static String identity(DevServices config, LaunchMode mode, boolean overrides) {
        return mode == LaunchMode.TEST ? UUID.randomUUID().toString()
                : List.of(config.provider(), config.port(), config.imageName(), config.shared(), config.serviceName(),
                        overrides)
                        .toString();
    }

    /**
     * Quarkus starts it before the application, keeps it over reloads, and ends it.
     *
     * @param overrides whether its URL has to take the place of a value that names no etcd. Otherwise it is a default, which a
     *        test resource can override.
     */
    private static DevServicesResultBuildItem owned(Supplier<DevEtcd> etcd, String identity, boolean overrides) {
        return DevServicesResultBuildItem.<DevEtcd> owned()
                .feature(LivelyProcessor.FEATURE)
                .serviceConfig(identity)
                .startable(etcd)
                .highPriorityConfig(overrides ? Set.of(ENDPOINTS) : Set.of())
                .postStartHook(started -> started.announcements().forEach(Announcement::log))
                // It cannot take back that it sets the property, so without an etcd it sets what is so anyway.
                .configProvider(Map.of(ENDPOINTS, started -> started.url().orElse(LivelyConfig.Etcd.DEFAULT_ENDPOINT)))
                .build();
    }

    /** {@code quarkus:run} starts no owned service, so that this one is started here, and ended with Maven. */
    private static DevServicesResultBuildItem startedFor(DevEtcd etcd, CuratedApplicationShutdownBuildItem shutdown) {
        etcd.start();
        etcd.announcements().forEach(Announcement::print);
        shutdown.addCloseTask(etcd::close, true);
        return etcd.url().map(url -> DevServicesResultBuildItem.discovered().feature(LivelyProcessor.FEATURE)
                .containerId(etcd.getContainerId()).config(Map.of(ENDPOINTS, url)).build()).orElse(null);
    }
}
