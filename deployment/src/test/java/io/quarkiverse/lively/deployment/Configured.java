package io.quarkiverse.lively.deployment;

import java.util.Map;
import java.util.OptionalInt;

import io.quarkiverse.lively.deployment.LivelyBuildTimeConfig.DevServices;

/** A configuration of Dev Services: the defaults, and what a test changes. */
record Configured(Provider provider, String imageName, boolean shared, OptionalInt port,
        Map<String, String> containerEnv) implements DevServices {

    static Configured provider(Provider provider) {
        return new Configured(provider, "some/etcd:1", true, OptionalInt.empty(), Map.of());
    }

    Configured imageName(String name) {
        return new Configured(provider, name, shared, port, containerEnv);
    }

    Configured port(int number) {
        return new Configured(provider, imageName, shared, OptionalInt.of(number), containerEnv);
    }

    Configured notShared() {
        return new Configured(provider, imageName, false, port, containerEnv);
    }

    Configured containerEnv(Map<String, String> environment) {
        return new Configured(provider, imageName, shared, port, environment);
    }

    @Override
    public boolean enabled() {
        return true;
    }

    @Override
    public String serviceName() {
        return "ours";
    }
}
