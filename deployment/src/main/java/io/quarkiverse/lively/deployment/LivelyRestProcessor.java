package io.quarkiverse.lively.deployment;

import jakarta.ws.rs.Priorities;

import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkus.deployment.Capabilities;
import io.quarkus.deployment.Capability;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.resteasy.reactive.spi.ExceptionMapperBuildItem;

/** The HTTP status of a resource that cannot ask the registry, in an application with Quarkus REST. */
class LivelyRestProcessor {

    private static final String MAPPER = "io.quarkiverse.lively.runtime.rest.RegistryUnavailableMapper";
    /** A higher number is a lower priority: a mapper of the application has {@link Priorities#USER} if it names none. */
    private static final int AFTER_THOSE_OF_THE_APPLICATION = Priorities.USER + 1000;

    @BuildStep
    void unavailable(Capabilities capabilities, BuildProducer<ExceptionMapperBuildItem> mappers) {
        if (capabilities.isPresent(Capability.RESTEASY_REACTIVE)) {
            mappers.produce(new ExceptionMapperBuildItem(MAPPER, RegistryUnavailableException.class.getName(),
                    AFTER_THOSE_OF_THE_APPLICATION, true));
        }
    }
}
