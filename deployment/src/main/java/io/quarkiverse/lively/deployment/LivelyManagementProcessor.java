package io.quarkiverse.lively.deployment;

import java.util.function.BooleanSupplier;

import org.jboss.logging.Logger;

import io.quarkiverse.lively.runtime.management.ManagementOperation;
import io.quarkiverse.lively.runtime.management.ManagementRecorder;
import io.quarkus.arc.deployment.BeanContainerBuildItem;
import io.quarkus.deployment.Capabilities;
import io.quarkus.deployment.Capability;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.annotations.ExecutionTime;
import io.quarkus.deployment.annotations.Produce;
import io.quarkus.deployment.annotations.Record;
import io.quarkus.deployment.builditem.ServiceStartBuildItem;
import io.quarkus.vertx.http.deployment.spi.RouteBuildItem;

/** The management endpoint, in applications that ask for it and have HTTP. */
class LivelyManagementProcessor {

    private static final Logger LOG = Logger.getLogger(LivelyManagementProcessor.class);
    private static final String PATH = "lively";
    private static final String NO_HTTP = "quarkus.lively.management.enabled has no effect, because the application has no HTTP"
            + " server: add the extension quarkus-vertx-http";
    private static final String WRITES_ONLY = "quarkus.lively.management.writes-enabled has no effect: set"
            + " quarkus.lively.management.enabled, too";

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

    /** A step by itself: without HTTP nobody asks for routes. */
    @BuildStep
    @Produce(ServiceStartBuildItem.class)
    void warnings(LivelyBuildTimeConfig config, Capabilities capabilities) {
        if (config.management().enabled() && capabilities.isMissing(Capability.VERTX_HTTP)) {
            LOG.warn(NO_HTTP);
        }
        if (config.management().writesEnabled() && !config.management().enabled()) {
            LOG.warn(WRITES_ONLY);
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
