package io.quarkiverse.lively.deployment;

import java.util.Optional;

import io.quarkiverse.lively.runtime.metrics.LivelyMetricsRecorder;
import io.quarkus.arc.deployment.AdditionalBeanBuildItem;
import io.quarkus.arc.deployment.BeanContainerBuildItem;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.annotations.ExecutionTime;
import io.quarkus.deployment.annotations.Record;
import io.quarkus.deployment.metrics.MetricsCapabilityBuildItem;
import io.quarkus.deployment.metrics.MetricsFactoryConsumerBuildItem;
import io.quarkus.runtime.metrics.MetricsFactory;

/** Measures Lively in applications that have metrics. The others have nothing of it. */
class LivelyMetricsProcessor {

    @BuildStep
    void bean(LivelyBuildTimeConfig config, Optional<MetricsCapabilityBuildItem> metrics,
            BuildProducer<AdditionalBeanBuildItem> beans) {
        if (areExposed(config, metrics)) {
            beans.produce(AdditionalBeanBuildItem.unremovableOf("io.quarkiverse.lively.runtime.metrics.QuarkusMetrics"));
        }
    }

    /** Before the application starts, so that what happens while it does is measured, too. */
    @BuildStep
    @Record(ExecutionTime.STATIC_INIT)
    void consumer(LivelyMetricsRecorder recorder, LivelyBuildTimeConfig config, Optional<MetricsCapabilityBuildItem> metrics,
            BeanContainerBuildItem beans, BuildProducer<MetricsFactoryConsumerBuildItem> consumers) {
        if (areExposed(config, metrics)) {
            consumers.produce(new MetricsFactoryConsumerBuildItem(recorder.consumer(beans.getValue()),
                    ExecutionTime.STATIC_INIT));
        }
    }

    private static boolean areExposed(LivelyBuildTimeConfig config, Optional<MetricsCapabilityBuildItem> metrics) {
        return config.metrics().enabled()
                && metrics.filter(system -> system.metricsSupported(MetricsFactory.MICROMETER)).isPresent();
    }
}
