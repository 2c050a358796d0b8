package io.quarkiverse.lively.deployment;

import java.util.logging.Level;

import jakarta.enterprise.context.ApplicationScoped;

import org.jboss.jandex.ClassType;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.ReactiveLivenessRegistry;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.runtime.ApplicationServing;
import io.quarkiverse.lively.runtime.HttpServing;
import io.quarkiverse.lively.runtime.LivelyLifecycle;
import io.quarkiverse.lively.runtime.LivelyRecorder;
import io.quarkus.arc.deployment.AdditionalBeanBuildItem;
import io.quarkus.arc.deployment.BeanContainerBuildItem;
import io.quarkus.arc.deployment.SyntheticBeanBuildItem;
import io.quarkus.arc.deployment.SyntheticBeansRuntimeInitBuildItem;
import io.quarkus.deployment.Capabilities;
import io.quarkus.deployment.Capability;
import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.annotations.Consume;
import io.quarkus.deployment.annotations.ExecutionTime;
import io.quarkus.deployment.annotations.Record;
import io.quarkus.deployment.builditem.ApplicationInfoBuildItem;
import io.quarkus.deployment.builditem.FeatureBuildItem;
import io.quarkus.deployment.builditem.LaunchModeBuildItem;
import io.quarkus.deployment.builditem.LogCategoryBuildItem;
import io.quarkus.deployment.builditem.RunTimeConfigurationDefaultBuildItem;
import io.quarkus.deployment.builditem.ServiceStartBuildItem;
import io.quarkus.deployment.builditem.ShutdownContextBuildItem;
import io.quarkus.deployment.builditem.ShutdownListenerBuildItem;
import io.quarkus.deployment.logging.LogCleanupFilterBuildItem;
import io.quarkus.deployment.shutdown.ShutdownBuildTimeConfig;
import io.quarkus.smallrye.health.deployment.spi.HealthBuildItem;
import io.quarkus.tls.deployment.spi.TlsRegistryBuildItem;
import io.quarkus.vertx.core.deployment.CoreVertxBuildItem;

class LivelyProcessor {

    static final String FEATURE = "lively";

    @BuildStep
    FeatureBuildItem feature() {
        return new FeatureBuildItem(FEATURE);
    }

    @BuildStep
    AdditionalBeanBuildItem beans(Capabilities capabilities) {
        return AdditionalBeanBuildItem.builder().setUnremovable()
                .addBeanClass(LivelyLifecycle.class)
                .addBeanClass(capabilities.isPresent(Capability.VERTX_HTTP) ? HttpServing.class : ApplicationServing.class)
                .build();
    }

    /**
     * The beans of the API. An application may have its own of each type, and a test may mock them: no bean of this extension
     * injects them. Nothing creates them at the start: an inactive bean would stop it.
     */
    @BuildStep
    @Record(ExecutionTime.RUNTIME_INIT)
    void api(LivelyRecorder recorder, BuildProducer<SyntheticBeanBuildItem> beans) {
        beans.produce(bean(LivenessRegistry.class, recorder).createWith(recorder.registry()).done());
        beans.produce(bean(ReactiveLivenessRegistry.class, recorder).createWith(recorder.reactiveRegistry()).done());
        beans.produce(bean(LivenessView.class, recorder).createWith(recorder.view()).done());
        beans.produce(bean(Registration.class, recorder).createWith(recorder.registration()).done());
    }

    private static SyntheticBeanBuildItem.ExtendedBeanConfigurator bean(Class<?> type, LivelyRecorder recorder) {
        return SyntheticBeanBuildItem.configure(type).scope(ApplicationScoped.class).unremovable().defaultBean()
                .setRuntimeInit().checkActive(recorder.active()).addInjectionPoint(ClassType.create(LivelyLifecycle.class));
    }

    /** The readiness checks need beans that are made at run time. Observers of the start-up event find Lively started. */
    @BuildStep
    @Record(ExecutionTime.RUNTIME_INIT)
    @Consume(SyntheticBeansRuntimeInitBuildItem.class)
    ServiceStartBuildItem start(LivelyRecorder recorder, BeanContainerBuildItem beans, ApplicationInfoBuildItem application,
            Capabilities capabilities, LivelyBuildTimeConfig config, ViewUseBuildItem view, TlsRegistryBuildItem certificates,
            CoreVertxBuildItem vertx, ShutdownContextBuildItem shutdown, ShutdownBuildTimeConfig shutdownConfig,
            BuildProducer<ShutdownListenerBuildItem> listeners) {
        recorder.start(beans.getValue(), application.getVersion(), readinessDecides(capabilities, config), view.injected(),
                view.observed(), shutdownConfig.delayEnabled(),
                capabilities.isPresent(Capability.VERTX_HTTP), certificates.registry(), vertx.getVertx(), shutdown);
        listeners.produce(new ShutdownListenerBuildItem(recorder.shutdownListener(beans.getValue())));
        return new ServiceStartBuildItem(FEATURE);
    }

    @BuildStep
    HealthBuildItem health(LivelyBuildTimeConfig config) {
        return new HealthBuildItem("io.quarkiverse.lively.runtime.health.LivelyHealthCheck", config.health().enabled());
    }

    @BuildStep
    void readiness(Capabilities capabilities, LivelyBuildTimeConfig config, BuildProducer<AdditionalBeanBuildItem> beans) {
        if (readinessDecides(capabilities, config)) {
            beans.produce(AdditionalBeanBuildItem
                    .unremovableOf("io.quarkiverse.lively.runtime.health.SmallRyeReadinessChecks"));
        }
    }

    /** A test waits for UP, and a developer, too. The values of the user win over these. */
    @BuildStep
    void healthDefaults(LaunchModeBuildItem launchMode, BuildProducer<RunTimeConfigurationDefaultBuildItem> defaults) {
        if (launchMode.getLaunchMode().isDevOrTest()) {
            defaults.produce(new RunTimeConfigurationDefaultBuildItem("quarkus.lively.health.interval", "200MS"));
            defaults.produce(new RunTimeConfigurationDefaultBuildItem("quarkus.lively.health.up-after", "1"));
            defaults.produce(new RunTimeConfigurationDefaultBuildItem("quarkus.lively.health.down-after", "1"));
        }
    }

    private static boolean readinessDecides(Capabilities capabilities, LivelyBuildTimeConfig config) {
        return capabilities.isPresent(Capability.SMALLRYE_HEALTH) && config.health().enabled();
    }

    /**
     * jetcd warns of each failed call; Lively itself says, once, that etcd cannot be reached. Frames of HTTP/2 hold
     * passwords and tokens: who really wants to see them has to name their category.
     */
    @BuildStep
    void quietClient(BuildProducer<LogCategoryBuildItem> categories) {
        categories.produce(new LogCategoryBuildItem("io.etcd.jetcd", Level.SEVERE));
        categories.produce(new LogCategoryBuildItem("io.grpc.netty", Level.INFO));
    }

    /**
     * jetcd ends the threads of a client without waiting for its channel. A connection that is tried at that moment is given
     * up, and Netty logs that twice, although nothing is lost and nothing has to be done. The second category has no other
     * messages.
     */
    @BuildStep
    void quietClose(BuildProducer<LogCleanupFilterBuildItem> filters, BuildProducer<LogCategoryBuildItem> categories) {
        filters.produce(new LogCleanupFilterBuildItem("io.netty.channel.AbstractChannel", org.jboss.logmanager.Level.DEBUG,
                "Force-closing a channel whose registration task was not accepted by an event loop"));
        categories.produce(new LogCategoryBuildItem("io.netty.util.concurrent.DefaultPromise.rejectedExecution", Level.OFF));
    }
}
