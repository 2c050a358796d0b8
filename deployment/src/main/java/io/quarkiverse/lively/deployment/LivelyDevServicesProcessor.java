package io.quarkiverse.lively.deployment;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

import io.quarkiverse.lively.deployment.LivelyBuildTimeConfig.DevServices;
import io.quarkiverse.lively.runtime.config.LivelyConfig;
import io.quarkus.deployment.IsDevServicesSupportedByLaunchMode;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.CuratedApplicationShutdownBuildItem;
import io.quarkus.deployment.builditem.DevServicesComposeProjectBuildItem;
import io.quarkus.deployment.builditem.DevServicesResultBuildItem;
import io.quarkus.deployment.builditem.DevServicesSharedNetworkBuildItem;
import io.quarkus.deployment.builditem.DockerStatusBuildItem;
import io.quarkus.deployment.builditem.LaunchModeBuildItem;
import io.quarkus.deployment.builditem.LiveReloadBuildItem;
import io.quarkus.deployment.dev.devservices.DevServicesConfig;
import io.quarkus.runtime.LaunchMode;

/** Starts an etcd beside the application in dev mode, in tests and for {@code quarkus:run}, if none is configured. */
class LivelyDevServicesProcessor {

    private static final String ENDPOINTS = "quarkus.lively.etcd.endpoints";
    private static final String IN_TRAINING = "quarkus.lively.registration.in-training";
    private static final String OSLIVELY_HOST = "OSLIVELY_ETCD_HOST";
    /** A part of the name of an image. */
    private static final String IMAGE = "etcd";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration SEARCH_PATIENCE = Duration.ofSeconds(3);

    @BuildStep(onlyIf = { IsDevServicesSupportedByLaunchMode.class, DevServicesConfig.Enabled.class })
    DevServicesResultBuildItem etcd(LivelyBuildTimeConfig config, DevServicesConfig devServices, LaunchModeBuildItem mode,
            DockerStatusBuildItem docker, DevServicesComposeProjectBuildItem compose,
            List<DevServicesSharedNetworkBuildItem> networks, LiveReloadBuildItem reload,
            CuratedApplicationShutdownBuildItem shutdown) {
        // Docker is asked last, and only if it matters: its answer takes long.
        Config configured = ConfigProvider.getConfig();
        if (!config.devservices().enabled() || isConfigured(configured)) {
            return null;
        }
        DevServices settings = config.devservices();
        LaunchMode launch = mode.getLaunchMode();
        EtcdProviders providers = new EtcdProviders(settings, launch, ContainerNetwork.of(compose, devServices, networks),
                devServices.timeout().orElse(PATIENCE), docker::isContainerRuntimeAvailable, SearchPath.ofEnvironment());
        Optional<Sharing> sharing = Sharing.of(settings, launch, System.getProperty("user.name"));
        List<EtcdSearch> searches = new ArrayList<>();
        Optional<LocalEtcd> composed = new ComposeSearch(compose, List.of(settings.imageName(), IMAGE), launch,
                providers.network()).find();
        searches.add(() -> composed);
        sharing.ifPresent(shared -> searches.addAll(searches(shared, providers)));
        Consumer<Announcement> log = launch == LaunchMode.RUN ? Announcement::print : Announcement::log;
        DevEtcd etcd = new DevEtcd(searches, () -> sharing.map(providers::shared).orElseGet(providers::own),
                providers::own, log);
        if (launch == LaunchMode.RUN) {
            return startedFor(etcd, shutdown);
        }
        boolean overrides = isSet(configured);
        Current current = Current.of(launch, reload, List.of(settings.provider(), settings.imageName(),
                settings.containerEnv(), sharing, settings.port(), providers.network(), composed, overrides), etcd);
        return owned(current.etcd(), current.identity(), overrides);
    }

    /** Where to look for one that is shared. */
    static List<EtcdSearch> searches(Sharing sharing, EtcdProviders providers) {
        EtcdSearch port = new PortSearch(sharing.port(), sharing.mark(), SEARCH_PATIENCE);
        return providers.mayBeContainer() ? List.of(port, new ContainerSearch(sharing.serviceName(), providers.docker()))
                : List.of(port);
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
     * Quarkus starts it before the application, keeps it over reloads, and ends it.
     *
     * @param overrides whether its URL has to take the place of a value that names no etcd. Otherwise it is a default, which a
     *        test resource can override.
     */
    private static DevServicesResultBuildItem owned(DevEtcd etcd, String identity, boolean overrides) {
        return DevServicesResultBuildItem.<DevEtcd> owned()
                .feature(LivelyProcessor.FEATURE)
                .serviceConfig(identity)
                .startable(() -> etcd)
                .highPriorityConfig(overrides ? Set.of(ENDPOINTS) : Set.of())
                .postStartHook(DevEtcd::announce)
                // It cannot take back that it sets the property, so without an etcd it sets what is so anyway.
                .configProvider(Map.of(ENDPOINTS, started -> started.url().orElse(LivelyConfig.Etcd.DEFAULT_ENDPOINT),
                        IN_TRAINING, started -> Boolean.toString(started.url().isPresent())))
                .build();
    }

    /**
     * The etcd of an application in dev mode or in tests. Quarkus keeps an etcd over a reload if its identity is the same.
     *
     * @param settings what makes it another etcd
     */
    private record Current(List<Object> settings, String identity, DevEtcd etcd) {

        /** In tests each application has its own, so that no test profile finds what another one has left. */
        static Current of(LaunchMode mode, LiveReloadBuildItem reload, List<Object> settings, DevEtcd etcd) {
            Current previous = reload.getContextObject(Current.class);
            boolean stays = mode == LaunchMode.DEVELOPMENT && previous != null && previous.settings.equals(settings)
                    && !previous.etcd.hasEnded();
            Current current = stays ? previous : new Current(settings, UUID.randomUUID().toString(), etcd);
            reload.setContextObject(Current.class, current);
            return current;
        }
    }

    /** {@code quarkus:run} starts no owned service, so that this one is started here, and ended with Maven. */
    private static DevServicesResultBuildItem startedFor(DevEtcd etcd, CuratedApplicationShutdownBuildItem shutdown) {
        etcd.start();
        etcd.announce();
        shutdown.addCloseTask(etcd::close, true);
        return etcd.url().map(url -> DevServicesResultBuildItem.discovered().feature(LivelyProcessor.FEATURE)
                .containerId(etcd.getContainerId()).config(Map.of(ENDPOINTS, url)).build()).orElse(null);
    }
}
