package io.quarkiverse.lively.runtime.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

import io.quarkiverse.lively.runtime.registration.OnConflict;
import io.quarkus.runtime.annotations.ConfigDocMapKey;
import io.quarkus.runtime.annotations.ConfigPhase;
import io.quarkus.runtime.annotations.ConfigRoot;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;

/**
 * Lively
 */
@ConfigMapping(prefix = "quarkus.lively")
@ConfigRoot(phase = ConfigPhase.RUN_TIME)
public interface LivelyConfig {

    /**
     * Whether Lively does anything. If not, it opens no connection and starts no thread, and using `LivenessRegistry` fails.
     */
    @WithDefault("true")
    boolean active();

    /**
     * How long this application is still taken to be up after its last sign of life, when it dies without a word. At least 2
     * seconds and at most a day, in whole seconds; 5 seconds or more are advised. etcd may grant more than is asked for.
     */
    @WithDefault("${OSLIVELY_STATUS_TTL:60}")
    @WithConverter(OsLivelyDuration.StatusTtl.class)
    Duration statusTtl();

    /**
     * etcd
     */
    Etcd etcd();

    /**
     * This application
     */
    Service service();

    /**
     * Registration
     */
    Registration registration();

    /**
     * Shutdown
     */
    Shutdown shutdown();

    /**
     * Health
     */
    Health health();

    /**
     * The local view of the fleet
     */
    View view();

    interface Etcd {

        /** The endpoint, if none is configured. */
        String DEFAULT_ENDPOINT = "http://${OSLIVELY_ETCD_HOST:localhost}:${OSLIVELY_ETCD_PORT:2379}";

        /**
         * The members of the etcd cluster, as `http://host:port`, `https://host:port`, or `host:port` as for etcdctl. All
         * addresses of all host names are tried. A path is ignored; Unix sockets are not supported. In dev mode, in tests and
         * by `quarkus:run` an etcd is started if neither this nor `OSLIVELY_ETCD_HOST` is set.
         */
        @WithDefault(DEFAULT_ENDPOINT)
        List<String> endpoints();

        /**
         * What the keys of this registry begin with in etcd. Registries of different namespaces see nothing of each other.
         */
        @WithDefault("${OSLIVELY_ETCD_KEY_NAMESPACE:}")
        Optional<String> keyNamespace();

        /**
         * How long to wait for a TCP connection to a member. Between 1 millisecond and 1 hour.
         */
        @WithDefault("${OSLIVELY_ETCD_CONNECT_TIMEOUT:5}")
        @WithConverter(OsLivelyDuration.ConnectTimeout.class)
        Duration connectTimeout();

        /**
         * How long to wait for the answer to one request. Then it counts as failed, and a question to `LivenessRegistry` fails
         * with a `RegistryUnavailableException`. Between 1 millisecond and 1 hour.
         */
        @WithDefault("3S")
        Duration requestTimeout();

        /**
         * The user by which this application asks etcd, if etcd has users. A role that may read and write all keys that begin
         * with `/services/`, or `/{namespace}/services/`, is enough. Goes with a password.
         */
        Optional<String> username();

        /**
         * The password of the user.
         */
        Optional<String> password();

        /**
         * The name of a credentials provider that knows the user and the password, instead of `username` and `password`. It is
         * asked each time at which etcd wants to know.
         */
        Optional<String> credentialsProvider();

        /**
         * The bean name of the credentials provider, as in `@Named`, where there are several. With some, such as Vault's, it is
         * not needed.
         */
        Optional<String> credentialsProviderName();

        /**
         * The TLS configuration, by its name in the TLS registry of Quarkus (`quarkus.tls.{name}`), for endpoints that begin
         * with `https`. By default the default one (`quarkus.tls`); if there is none, the certificates of etcd must be signed
         * by an authority that Java trusts.
         */
        Optional<String> tlsConfigurationName();

        /**
         * The host name, or host and port, that the members of etcd are told they are asked by, and that their certificates
         * have to be for, if that is not the one of their endpoint.
         */
        Optional<String> authority();
    }

    interface Service {

        /**
         * Identifies this service for good. By default derived from the namespace, the type and the host, so that it survives
         * a restart.
         */
        Optional<String> uuid();

        /**
         * What this service is. Type and host together are unique.
         */
        @WithDefault("${quarkus.application.name:}")
        Optional<String> type();

        /**
         * Where this service runs. Default: the name of the host, followed by `-test` in tests. In dev mode the name is
         * followed by the configured HTTP port, as in `myhost-8080`, so that two processes of one application are two
         * services. Without a fixed HTTP port it is followed by the number of the process, as in `myhost-pid4711`.
         */
        Optional<String> host();

        /**
         * The region of the host.
         */
        @WithDefault("default")
        String region();

        /**
         * The address at which others call this application: a host name or an IP address, without scheme, port, path and
         * zone. By default the address that the HTTP server listens on, or the name of the host if it listens on all.
         */
        Optional<String> address();

        /**
         * The port that others are told. By default the one that the HTTP server listens on: of several, the one for HTTPS.
         */
        OptionalInt port();

        /**
         * Whether others are told to use TLS. By default if the HTTP server has a port for HTTPS. Behind a proxy that ends TLS,
         * set it to `true`, and `port` to the port of the proxy.
         */
        Optional<Boolean> secure();

        /**
         * What others are told besides, by name.
         */
        @ConfigDocMapKey("name")
        Map<String, String> metadata();
    }

    interface Registration {

        /**
         * Whether this application registers itself. If not, it can still ask about others.
         */
        @WithDefault("true")
        boolean enabled();

        /**
         * Whether the start of this application fails if it cannot be registered: if etcd does not answer by the connect and
         * the request timeout, if another service has the type and host, or if `on-conflict` is `fail` and another process is
         * registered as the same service. By default it goes on trying in the background.
         */
        @WithDefault("false")
        boolean failFast();

        /**
         * What to do if another process is registered as the same service when this one is about to register: `takeover`
         * takes the service over, and the other process, should it live, writes nothing of it any more; `wait` registers once
         * the other one is gone; `fail` never registers. A process that listens where the other one did takes over in any
         * case: the other one is gone. Counts at the start only.
         */
        @WithDefault("takeover")
        OnConflict onConflict();

        /**
         * Whether nothing of this application remains in etcd once it has stopped or died, for hosts whose names do not
         * return. A DOWN of an operator then does not survive a restart, either.
         */
        @WithDefault("false")
        boolean ephemeral();

        /**
         * Whether endpoint and metadata stay readable while no process keeps a service of this application alive. They are
         * stored beside the service, as last known, and deleted with it. With `false`, the next registration deletes those
         * that an earlier one has left. Not for ephemeral services, of which nothing remains.
         */
        @WithDefault("true")
        boolean persistMetadata();

        /**
         * Whether services are registered while the JVM records a class-data archive or an AOT cache, as it does for
         * `quarkus.package.jar.appcds` and `quarkus.package.jar.aot`. Such a training run may have the configuration of
         * production. Dev Services set this to `true`.
         */
        @WithDefault("false")
        boolean inTraining();
    }

    interface Shutdown {

        /**
         * How long stopping may wait for etcd, in all: for DOWN, for the lease to be given back, and for the connection to be
         * closed. Between 1 millisecond and 1 hour.
         */
        @WithDefault("2S")
        Duration timeout();
    }

    interface Health {

        /**
         * What the readiness check `lively` says while this application is not registered, in the states STARTING and LOST:
         * because etcd cannot be reached, another service has its type and host, or its readiness checks have not answered
         * yet. By default `up`: losing etcd must not take a whole fleet out of service.
         */
        @WithDefault("up")
        WhenDisconnected whenDisconnected();

        /**
         * How often the readiness checks of this application are asked. It is published as UP only while they are UP; `lively`
         * and `Graceful Shutdown` do not count, and without any other check it is ready. They are also asked at once when
         * SmallRye Health reports a change. While the application is not ready because a check is DOWN, they are asked at most
         * once a second. Between 100 milliseconds and 1 hour. Default in dev mode and in tests: `200MS`.
         */
        @WithDefault("5S")
        Duration interval();

        /**
         * How long to wait for the answer of the readiness checks. If one hangs for longer, what they said last stays, and
         * that is logged; if they have never answered, this application is not ready. They are asked again once they have
         * answered, or after this time, then twice this time, and so on. Between 1 millisecond and 1 hour.
         */
        @WithDefault("3S")
        Duration timeout();

        /**
         * How many times in a row all readiness checks must be UP before this application, if it was not ready, is published
         * as UP, at least 1. The very first answer counts at once. More than 1 keeps checks that flap from making the fleet
         * flap. Default in dev mode and in tests: `1`.
         */
        @WithDefault("2")
        int upAfter();

        /**
         * How many times in a row a readiness check must be DOWN before this application, if it was ready, is published as
         * DOWN, at least 1.
         */
        @WithDefault("1")
        int downAfter();
    }

    interface View {

        /**
         * How often etcd is asked how far it is, to find out whether the view has everything. If it does not answer within
         * the request timeout, the view is STALE. So the age of a view that is CURRENT is at most the sum of both, unless
         * etcd is slow to tell what changes. Where others write to the same etcd too, each time costs it a look at all
         * services. Between 1 millisecond and 1 hour.
         */
        @WithDefault("5S")
        Duration progressInterval();

        /**
         * How long services stay in the view when, after a break, more than half of the services of a type (and of at
         * least ten) are gone without a word: then etcd more likely lost them than they their lives, and they will be
         * back. At most a day; `0` to let them go at once.
         */
        @WithDefault("2M")
        Duration suspectLimit();

        /**
         * How many events a subscriber may lag behind before it is told sums. At least 1.
         */
        @WithDefault("1024")
        int eventBuffer();
    }

    enum WhenDisconnected {
        UP,
        DOWN
    }
}
