package io.quarkiverse.lively.demo.faults;

import java.util.List;
import java.util.stream.IntStream;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.runtime.Lively;
import io.quarkiverse.lively.runtime.config.Configured;

/** Most of the fleet: what one process registers for others. */
final class Generator implements AutoCloseable {

    private static final int TYPES = 5;
    private static final int REGIONS = 3;

    private final Lively lively;
    private final List<Registration> registrations;

    Generator(Configured configuration, int services) {
        lively = configuration.with("registration.enabled", "false").lively();
        lively.start();
        registrations = IntStream.range(0, services).mapToObj(i -> registry().register(
                ServiceDefinition.of("load-" + i % TYPES, "host-" + i).withRegion("region-" + i % REGIONS))).toList();
    }

    LivenessRegistry registry() {
        return lively.registry();
    }

    List<String> uuids() {
        return registrations.stream().map(registration -> registration.record().uuid()).toList();
    }

    boolean isRegistered() {
        return registrations.stream().allMatch(registration -> registration.state() == RegistrationState.REGISTERED);
    }

    @Override
    public void close() {
        lively.stop();
        lively.close();
    }
}
