package io.quarkiverse.lively.runtime.metrics;

import java.util.function.Consumer;

import io.quarkus.arc.runtime.BeanContainer;
import io.quarkus.runtime.annotations.Recorder;
import io.quarkus.runtime.metrics.MetricsFactory;

@Recorder
public class LivelyMetricsRecorder {

    public Consumer<MetricsFactory> consumer(BeanContainer beans) {
        return beans.beanInstance(QuarkusMetrics.class)::exposeBy;
    }
}
