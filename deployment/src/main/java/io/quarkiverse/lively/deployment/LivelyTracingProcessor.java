package io.quarkiverse.lively.deployment;

import io.quarkus.arc.deployment.AdditionalBeanBuildItem;
import io.quarkus.deployment.Capabilities;
import io.quarkus.deployment.Capability;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;

/** Spans for the calls of the application, if it has OpenTelemetry. */
class LivelyTracingProcessor {

    /** By name: it cannot be loaded without OpenTelemetry. */
    private static final String TRACING = "io.quarkiverse.lively.runtime.tracing.OpenTelemetryTracing";

    @BuildStep
    void tracing(Capabilities capabilities, LivelyBuildTimeConfig config, BuildProducer<AdditionalBeanBuildItem> beans) {
        if (capabilities.isPresent(Capability.OPENTELEMETRY_TRACER) && config.tracing().enabled()) {
            beans.produce(AdditionalBeanBuildItem.unremovableOf(TRACING));
        }
    }
}
