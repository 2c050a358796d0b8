package io.quarkiverse.lively.runtime.health;

import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.LivelyLifecycle;
import io.quarkiverse.lively.runtime.config.LivelyConfig;
import io.quarkiverse.lively.runtime.text.PrintableText;

/**
 * Tells where the registration of this application stands, from memory. Not ready is a service that an operator took out, and
 * one whose identity another process has: load balancers shall leave it alone, too. That etcd cannot be reached is no reason,
 * unless configured so.
 */
@Readiness
@ApplicationScoped
public class LivelyHealthCheck implements HealthCheck {

    private static final Set<RegistrationState> NEVER_READY = EnumSet.of(RegistrationState.HELD_DOWN, RegistrationState.FENCED,
            RegistrationState.STOPPED);
    private static final Set<RegistrationState> DISCONNECTED = EnumSet.of(RegistrationState.STARTING, RegistrationState.LOST);

    private final Supplier<Registration> own;
    private final LivelyConfig config;

    @Inject
    LivelyHealthCheck(LivelyLifecycle lively, LivelyConfig config) {
        this(() -> lively.registry().registration(), config);
    }

    /**
     * @param own the registration of this application; asked only if Lively is active
     */
    LivelyHealthCheck(Supplier<Registration> own, LivelyConfig config) {
        this.own = own;
        this.config = config;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("lively");
        if (!config.active()) {
            return response.up().withData("active", false).build();
        }
        Registration registration = own.get();
        RegistrationState state = registration.state();
        ServiceRecord service = registration.record();
        response.status(isReady(state))
                .withData("state", state.name())
                .withData("since", registration.since().truncatedTo(ChronoUnit.MILLIS).toString())
                .withData("reason", registration.reason())
                .withData("uuid", PrintableText.of(service.uuid()))
                .withData("type", PrintableText.of(service.type()))
                .withData("host", PrintableText.of(service.host()))
                .withData("region", PrintableText.of(service.region()))
                .withData("status", service.status().name())
                .withData("liveness", service.liveness().name())
                .withData("revision", service.revision());
        registration.lease().ifPresent(lease -> response
                .withData("leaseId", lease.id())
                .withData("ttlSeconds", lease.ttl().toSeconds())
                .withData("remainingMillis", lease.remaining().toMillis()));
        return response.build();
    }

    private boolean isReady(RegistrationState state) {
        boolean drainWhenDisconnected = config.health().whenDisconnected() == LivelyConfig.WhenDisconnected.DOWN;
        return !NEVER_READY.contains(state) && !(drainWhenDisconnected && DISCONNECTED.contains(state));
    }
}
