package io.quarkiverse.lively.runtime;

import static io.quarkiverse.lively.runtime.BadValue.PREFIX;
import static io.quarkiverse.lively.runtime.BadValue.require;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.runtime.config.LivelyConfig;
import io.quarkiverse.lively.runtime.etcd.EtcdSettings;
import io.quarkiverse.lively.runtime.health.ReadinessPoll;
import io.quarkiverse.lively.runtime.registration.Announcements;
import io.quarkiverse.lively.runtime.registration.Registrar;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.view.ViewSettings;
import io.quarkus.runtime.configuration.ConfigurationException;

/**
 * The configuration, checked, and as the floors below take it.
 *
 * @param failFast how long the start may wait for etcd; empty if the application is to start without it
 */
public record LivelySettings(EtcdSettings etcd, KeyLayout layout, Registrar.Settings registrar,
        ReadinessPoll.Settings readiness, ViewSettings view, Optional<Duration> failFast) {

    /** How often, at least, the view is compared with a list. */
    private static final Duration CHECK_INTERVAL = Duration.ofMinutes(30);

    private static final Duration LEAST_TTL = Duration.ofSeconds(2);
    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(2);
    private static final Duration MOST_TTL = Duration.ofDays(1);
    private static final Duration LEAST_INTERVAL = Duration.ofMillis(100);
    private static final Duration MOST_INTERVAL = Duration.ofHours(1);
    private static final Duration LEAST_TIMEOUT = Duration.ofMillis(1);
    private static final Duration MOST_TIMEOUT = Duration.ofHours(1);

    /**
     * @param version of the application
     * @param defaultHost the host, if none is configured
     * @param readinessDecides whether there are readiness checks that can be asked
     * @param services asked only if the configuration needs them
     * @throws ConfigurationException naming the property that is wrong
     */
    public static LivelySettings of(LivelyConfig config, String version, DefaultHost defaultHost, boolean readinessDecides,
            SecurityServices services) {
        return of(config, version, defaultHost, readinessDecides, services, Optional.empty());
    }

    /**
     * As above, for a run that may be a training run.
     *
     * @param training the option of the JVM because of which nothing is registered
     */
    static LivelySettings of(LivelyConfig config, String version, DefaultHost defaultHost, boolean readinessDecides,
            SecurityServices services, Optional<String> training) {
        Duration ttl = config.statusTtl();
        require(ttl.compareTo(LEAST_TTL) >= 0 && ttl.compareTo(MOST_TTL) <= 0 && ttl.getNano() == 0, "status-ttl", ttl,
                "it must be between 2 seconds and a day, in whole seconds (or set OSLIVELY_STATUS_TTL)");
        bounded("etcd.connect-timeout", config.etcd().connectTimeout(), " (or set OSLIVELY_ETCD_CONNECT_TIMEOUT)");
        bounded("etcd.request-timeout", config.etcd().requestTimeout());
        bounded("shutdown.timeout", config.shutdown().timeout());
        bounded("view.progress-interval", config.view().progressInterval());
        Duration suspectLimit = config.view().suspectLimit();
        require(!suspectLimit.isNegative() && suspectLimit.compareTo(MOST_TTL) <= 0, "view.suspect-limit", suspectLimit,
                "it must be between 0 and a day");
        require(config.view().eventBuffer() > 0, "view.event-buffer", config.view().eventBuffer(), "it must be at least 1");
        Duration healthInterval = config.health().interval();
        require(healthInterval.compareTo(LEAST_INTERVAL) >= 0 && healthInterval.compareTo(MOST_INTERVAL) <= 0,
                "health.interval",
                healthInterval, "it must be between 100 milliseconds and 1 hour");
        bounded("health.timeout", config.health().timeout());
        require(config.health().upAfter() > 0, "health.up-after", config.health().upAfter(), "it must be at least 1");
        require(config.health().downAfter() > 0, "health.down-after", config.health().downAfter(), "it must be at least 1");
        config.service().port().ifPresent(
                port -> require(port > 0 && port <= 65535, "service.port", port, "it must be between 1 and 65535"));

        PublishedAddress.check(config.service());
        try {
            Announcements.check(config.service().metadata());
        } catch (InvalidServiceException e) {
            throw new ConfigurationException(PREFIX + "service.metadata is not accepted: " + e.getMessage(),
                    Set.of(PREFIX + "service.metadata"));
        }

        KeyLayout layout = layout(config.etcd().keyNamespace().orElse(""));
        boolean registers = config.registration().enabled() && training.isEmpty();
        EtcdSettings etcd = EtcdConfiguration.settings(config.etcd(), layout, patience(ttl), services);
        return new LivelySettings(etcd, layout,
                new Registrar.Settings(config.registration().enabled(), identity(config, layout, defaultHost, registers), ttl,
                        config.shutdown().timeout(), version, config.service().metadata(),
                        config.registration().onConflict(), config.registration().ephemeral(),
                        readinessDecides && registers, config.registration().persistMetadata(), training),
                new ReadinessPoll.Settings(healthInterval, config.health().timeout(), config.health().upAfter(),
                        config.health().downAfter()),
                new ViewSettings(config.etcd().requestTimeout(), config.view().progressInterval(), suspectLimit,
                        config.view().eventBuffer(), CHECK_INTERVAL, ttl),
                config.registration().failFast() && registers
                        ? Optional.of(config.etcd().connectTimeout().plus(config.etcd().requestTimeout()))
                        : Optional.empty());
    }

    /** The name of this host, as far as it is known. */
    public static String hostName() {
        return new HostName().orLocalhost();
    }

    /** A renewal that is not answered is given up after a third of the TTL. The next one must go to another member. */
    private static Duration patience(Duration ttl) {
        Duration quarter = ttl.dividedBy(4);
        Duration usual = quarter.compareTo(LEAST_PATIENCE) > 0 ? quarter : LEAST_PATIENCE;
        Duration oneRenewal = ttl.multipliedBy(3).dividedBy(10);
        return usual.compareTo(oneRenewal) < 0 ? usual : oneRenewal;
    }

    private static KeyLayout layout(String namespace) {
        try {
            return new KeyLayout(namespace);
        } catch (InvalidServiceException e) {
            throw BadValue.of("etcd.key-namespace", namespace,
                    e.getMessage() + " (it may come from OSLIVELY_ETCD_KEY_NAMESPACE)");
        }
    }

    /** Of an application that only reads, the host is no more than a part of its signature. */
    private static ServiceIdentity identity(LivelyConfig config, KeyLayout layout, DefaultHost defaultHost,
            boolean registers) {
        LivelyConfig.Service service = config.service();
        String type = named("service.type", "type", service.type().orElse(""));
        String host = named("service.host", "host",
                service.host().orElseGet(() -> registers ? defaultHost.known() : defaultHost.orLocalhost()));
        String region = named("service.region", "region", service.region());
        String uuid = named("service.uuid", "uuid",
                service.uuid().orElseGet(() -> layout.uuidOf(type, host)));
        return ServiceIdentity.checked(uuid, type, host, region);
    }

    private static String named(String property, String field, String value) {
        try {
            ServiceIdentity.check(field, value);
            return value;
        } catch (InvalidServiceException e) {
            throw BadValue.of(property, value, e.getMessage());
        }
    }

    private static void bounded(String property, Duration value) {
        bounded(property, value, "");
    }

    private static void bounded(String property, Duration value, String remedy) {
        require(value.compareTo(LEAST_TIMEOUT) >= 0 && value.compareTo(MOST_TIMEOUT) <= 0, property, value,
                "it must be between 1 millisecond and 1 hour" + remedy);
    }
}
