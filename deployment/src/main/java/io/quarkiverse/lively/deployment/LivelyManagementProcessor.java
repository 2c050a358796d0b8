package io.quarkiverse.lively.deployment;

import java.util.function.BooleanSupplier;

import io.quarkiverse.lively.runtime.management.ManagementOperation;
import io.quarkiverse.lively.runtime.management.ManagementRecorder;
import io.quarkus.arc.deployment.BeanContainerBuildItem;
import io.quarkus.deployment.Capabilities;
import io.quarkus.deployment.Capability;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.annotations.ExecutionTime;
import io.quarkus.deployment.annotations.Record;
import io.quarkus.vertx.http.deployment.spi.RouteBuildItem;

/** The management endpoint, in applications that ask for it and have HTTP. */
class LivelyManagementProcessor {

    private static final String PATH = "lively";

    @BuildStep(onlyIf = Enabled.class)
    @Record(ExecutionTime.RUNTIME_INIT)
    void routes(ManagementRecorder recorder, LivelyBuildTimeConfig config, Capabilities capabilities,
            BeanContainerBuildItem beans, BuildProducer<RouteBuildItem> routes) {
        if (capabilities.isMissing(Capability.VERTX_HTTP)) {
            return;
        }
        for (ManagementOperation operation : ManagementOperation.values()) {
            if (!operation.isWrite() || config.management().writesEnabled()) {
                routes.produce(RouteBuildItem.newManagementRoute(PATH + operation.path())
                        .withRouteCustomizer(recorder.method(operation.isWrite()))
                        .withRequestHandler(recorder.handler(beans.getValue(), operation))
                        .build());
            }
        }
    }

    static final class Enabled implements BooleanSupplier {

        private final LivelyBuildTimeConfig config;

        Enabled(LivelyBuildTimeConfig config) {
            this.config = config;
        }

        @Override
        public boolean getAsBoolean() {
            return config.management().enabled();
        }
    }
}
