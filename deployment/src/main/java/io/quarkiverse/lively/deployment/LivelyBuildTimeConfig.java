package io.quarkiverse.lively.deployment;

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

    interface DevServices {

        /**
         * Whether an etcd is started in dev mode, in tests and by `quarkus:run` if none is configured.
         */
        @WithDefault("true")
        boolean enabled();

        /**
         * The image of etcd that is used if Docker works. Otherwise the `etcd` on the path is.
         */
        @WithDefault("quay.io/coreos/etcd:v3.5.21")
        String imageName();
    }
}
