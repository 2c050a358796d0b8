package io.quarkiverse.lively.deployment;

import java.util.Map;
import java.util.OptionalInt;

import io.quarkus.runtime.annotations.ConfigDocMapKey;
import io.quarkus.runtime.annotations.ConfigPhase;
import io.quarkus.runtime.annotations.ConfigRoot;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/**
 * Lively
 */
@ConfigMapping(prefix = "quarkus.lively")
@ConfigRoot(phase = ConfigPhase.BUILD_TIME)
public interface LivelyBuildTimeConfig {

    /**
     * Health
     */
    Health health();

    /**
     * The management endpoint
     */
    Management management();

    /**
     * Tracing
     */
    Tracing tracing();

    /**
     * Metrics
     */
    Metrics metrics();

    /**
     * Dev Services
     */
    DevServices devservices();

    interface Health {

        /**
         * Whether the readiness check `lively` is there, and whether the readiness of the application decides what is
         * published, if the application has SmallRye Health.
         */
        @WithDefault("true")
        boolean enabled();
    }

    interface Management {

        /**
         * Whether `/q/lively` tells of the registration of this application, and of all services of the fleet: on the
         * management interface if there is one, else beside the application. Whoever can reach it can read all of that, unless
         * HTTP policies say otherwise.
         */
        @WithDefault("false")
        boolean enabled();

        /**
         * Whether services can be taken down and up there, too. Lively does not ask who does: HTTP policies have to say who
         * may.
         */
        @WithDefault("false")
        boolean writesEnabled();
    }

    interface Tracing {

        /**
         * Whether the calls that the application makes to `LivenessRegistry` and `ReactiveLivenessRegistry` are traced, if it
         * has OpenTelemetry.
         */
        @WithDefault("true")
        boolean enabled();
    }

    interface Metrics {

        /**
         * Whether Lively is measured, if the application has Micrometer.
         */
        @WithDefault("true")
        boolean enabled();
    }

    interface DevServices {

        /**
         * Whether an etcd is started in dev mode, in tests and by `quarkus:run` if none is configured.
         */
        @WithDefault("true")
        boolean enabled();

        /**
         * Which etcd is started. `auto` is a container if Docker works, else the program `etcd` if it is on the path, else
         * the embedded one; each also if the one before does not start.
         */
        @WithDefault("auto")
        Provider provider();

        /**
         * The port at which etcd is reached. Default, if etcd is `shared`: a port between 23790 and 24789 that depends on
         * the name of the user and on `service-name`. In tests the port counts only if `shared` is
         * `false`. Otherwise etcd has a free port.
         */
        OptionalInt port();

        /**
         * Whether the applications of one user share an etcd in dev mode and with `quarkus:run`, so that they see each other.
         * The application that binds the `port` first owns the etcd. The etcd ends with its owner. Tests always have an etcd
         * of their own, at a free port.
         */
        @WithDefault("true")
        boolean shared();

        /**
         * The name of the shared etcd. Only applications with the same name share an etcd. A container has the name as the
         * value of its label `quarkus-dev-service-lively`.
         */
        @WithDefault("lively")
        String serviceName();

        /**
         * Environment variables of the container.
         */
        @ConfigDocMapKey("environment-variable-name")
        Map<String, String> containerEnv();

        /**
         * The image of the container. An etcd in the Compose project of the application comes first: a container whose image
         * has this name, or `etcd` in its name.
         */
        @WithDefault("quay.io/coreos/etcd:v3.5.21")
        String imageName();

        enum Provider {
            /** The first of the others that starts. */
            AUTO,
            /** An etcd in a container. */
            CONTAINER,
            /** The program `etcd`. */
            BINARY,
            /** An etcd in the JVM of Dev Services, in memory and for development and tests only. */
            EMBEDDED
        }
    }
}
