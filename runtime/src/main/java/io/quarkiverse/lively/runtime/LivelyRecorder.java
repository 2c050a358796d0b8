package io.quarkiverse.lively.runtime;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.ReactiveLivenessRegistry;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.runtime.config.LivelyConfig;
import io.quarkus.arc.ActiveResult;
import io.quarkus.arc.SyntheticCreationalContext;
import io.quarkus.arc.runtime.BeanContainer;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.RuntimeValue;
import io.quarkus.runtime.ShutdownContext;
import io.quarkus.runtime.annotations.Recorder;
import io.quarkus.runtime.shutdown.ShutdownListener;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.Vertx;

@Recorder
public class LivelyRecorder {

    private static final Logger LOG = Logger.getLogger(LivelyRecorder.class);

    private final RuntimeValue<LivelyConfig> config;

    public LivelyRecorder(RuntimeValue<LivelyConfig> config) {
        this.config = config;
    }

    public void start(BeanContainer beans, String applicationVersion, boolean readinessDecides, boolean injectsView,
            boolean observesEvents, boolean delayEnabled, boolean servesHttp, Supplier<TlsConfigurationRegistry> certificates,
            Supplier<Vertx> vertx, ShutdownContext shutdown) {
        LivelyLifecycle lifecycle = beans.beanInstance(LivelyLifecycle.class);
        if (!config.getValue().active()) {
            lifecycle.switchOff();
            return;
        }
        Config all = ConfigProvider.getConfig();
        StartNotices.defaultEndpoint(all, LaunchMode.current()).ifPresent(LOG::info);
        StartNotices.ignoredDelay(all, delayEnabled).ifPresent(LOG::warn);
        // Before the start, which may fail when some of it is done.
        shutdown.addLastShutdownTask(lifecycle::close);
        LivelySettings settings = LivelySettings.of(config.getValue(), applicationVersion, host(all, servesHttp),
                readinessDecides, new SecurityServices(certificates, vertx),
                TrainingRun.of(config.getValue(), LaunchMode.current()));
        settings.registrar().training().map(StartNotices::training).ifPresent(LOG::info);
        lifecycle.start(settings, new ViewUse(injectsView, observesEvents));
    }

    /** If not, Quarkus lets nothing ask the beans, and says why. They can still be injected, and replaced by a mock. */
    public Supplier<ActiveResult> active() {
        return () -> config.getValue().active() ? ActiveResult.active()
                : ActiveResult.inactive(NotRunningException.SWITCHED_OFF);
    }

    public Function<SyntheticCreationalContext<LivenessRegistry>, LivenessRegistry> registry() {
        return context -> lifecycle(context).registry();
    }

    public Function<SyntheticCreationalContext<ReactiveLivenessRegistry>, ReactiveLivenessRegistry> reactiveRegistry() {
        return context -> lifecycle(context).reactiveRegistry();
    }

    public Function<SyntheticCreationalContext<LivenessView>, LivenessView> view() {
        return context -> lifecycle(context).view();
    }

    public Function<SyntheticCreationalContext<Registration>, Registration> registration() {
        return context -> lifecycle(context).registration();
    }

    private static LivelyLifecycle lifecycle(SyntheticCreationalContext<?> context) {
        return context.getInjectedReference(LivelyLifecycle.class);
    }

    private static DefaultHost host(Config config, boolean servesHttp) {
        LaunchMode mode = LaunchMode.current();
        return DefaultHost.of(mode, config,
                servesHttp && mode == LaunchMode.DEVELOPMENT ? DevModeHttpServer.open() : Optional.empty());
    }

    public ShutdownListener shutdownListener(BeanContainer beans) {
        return new LivelyShutdownListener(beans.beanInstance(LivelyLifecycle.class)::stop);
    }
}
