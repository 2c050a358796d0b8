package io.quarkiverse.lively.runtime.metrics;

import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import io.quarkiverse.lively.Freshness;
import io.quarkiverse.lively.Lease;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.text.PrintableText;
import io.quarkus.runtime.metrics.MetricsFactory;
import io.quarkus.runtime.metrics.MetricsFactory.MetricBuilder;
import io.quarkus.runtime.metrics.MetricsFactory.TimeRecorder;

/** Exposes what happens in Lively by the metrics of Quarkus, whatever those are made of. */
@Singleton
public class QuarkusMetrics implements LivelyMetrics {

    private static final Logger LOG = Logger.getLogger(QuarkusMetrics.class);
    private static final String SECONDS = "seconds";
    /** The kinds of the events of services. */
    private static final List<String> CHANGES = List.of("ADDED", "CHANGED", "REMOVED");
    private static final String RESYNCED = "RESYNCED";
    private static final double NANOS_A_SECOND = Duration.ofSeconds(1).toNanos();
    /** Of a record: nothing that etcd has leaves it unknown. */
    private static final List<Liveness> KNOWN = List.of(Liveness.UP, Liveness.DOWN, Liveness.EXPIRED);

    private final Map<Loss, LongAdder> losses = counts(Loss.class);
    /** By the kind of the event. */
    private final Map<String, LongAdder> events = Stream.concat(CHANGES.stream(), Stream.of(RESYNCED))
            .collect(Collectors.toUnmodifiableMap(kind -> kind, kind -> new LongAdder()));
    private final ServiceGauges services = new ServiceGauges(this::expose);
    private MetricsFactory factory;
    private boolean closed;

    /** Before anything is measured. */
    void exposeBy(MetricsFactory metrics) {
        factory = metrics;
    }

    @Override
    public Etcd metered(Etcd etcd, Caller caller) {
        Map<Outcome, LongAdder> reads = transactions(caller, MeteredEtcd.Kind.READ,
                List.of(Outcome.SUCCESS, Outcome.UNAVAILABLE, Outcome.REFUSED));
        Map<Outcome, LongAdder> writes = transactions(caller, MeteredEtcd.Kind.WRITE,
                caller == Caller.VIEW ? List.of() : List.of(Outcome.values()));
        // The registry renews leases, too: those of services that no process keeps alive.
        Map<Outcome, TimeRecorder> renewals = caller == Caller.REGISTRATION ? renewals() : Map.of();
        return new MeteredEtcd(etcd, System::nanoTime,
                (kind, outcome) -> (kind == MeteredEtcd.Kind.READ ? reads : writes).get(outcome).increment(),
                (latency, outcome) -> Optional.ofNullable(renewals.get(outcome)).ifPresent(timer -> timer.update(latency)));
    }

    @Override
    public void observe(Registration own, Supplier<Optional<Freshness>> view, LongSupplier skipped, LongSupplier failures) {
        for (RegistrationState state : RegistrationState.values()) {
            metric("lively.registration.state", "1 for the state of the registration of this application")
                    .tag("state", state.name()).buildGauge(() -> own.state() == state ? 1 : 0);
        }
        for (Loss reason : Loss.values()) {
            metric("lively.registration.losses", "How often a service of this process was not registered any more")
                    .tag("reason", reason.name()).buildCounter(losses.get(reason)::sum);
        }
        metric("lively.lease.remaining", "How long the lease is certain to live").unit(SECONDS)
                .buildGauge(() -> own.lease().map(Lease::remaining).map(QuarkusMetrics::seconds).orElse(Double.NaN));
        for (Freshness.State state : Freshness.State.values()) {
            metric("lively.view.state", "1 for the state of the view").tag("state", state.name())
                    .buildGauge(() -> view.get().map(Freshness::state).orElse(Freshness.State.LOADING) == state ? 1 : 0);
        }
        metric("lively.view.age", "How old the view may be").unit(SECONDS)
                .buildGauge(() -> loaded(view, freshness -> freshness.age().map(QuarkusMetrics::seconds).orElse(Double.NaN)));
        metric("lively.view.revision", "The revision of etcd that the view is at")
                .buildGauge(() -> loaded(view, freshness -> (double) freshness.revision()));
        CHANGES.forEach(kind -> metric("lively.view.events", "Changes that the view told of").tag("kind", kind)
                .buildCounter(events.get(kind)::sum));
        metric("lively.view.resyncs", "How often the view told of differences, as changes were missed")
                .buildCounter(events.get(RESYNCED)::sum);
        metric("lively.records.skipped", "How often a record in etcd was skipped, as it cannot be read")
                .buildCounter(skipped::getAsLong);
        metric("lively.observers.failures", "How often an observer or listener threw something")
                .buildCounter(failures::getAsLong);
    }

    @Override
    public void lost(Loss why) {
        losses.get(why).increment();
    }

    @Override
    public void changed(Optional<ServiceRecord> previous, Optional<ServiceRecord> current) {
        services.changed(previous, current);
    }

    @Override
    public void told(LivenessEvent event) {
        events.get(event.kind()).increment();
    }

    /** What is exposed after the end would be found by the next application in this JVM, as in dev mode. */
    @Override
    public synchronized void close() {
        closed = true;
    }

    private synchronized void expose(String type, ServiceGauges.Counts counts) {
        if (closed) {
            return;
        }
        try {
            KNOWN.forEach(liveness -> metric("lively.view.services", "How many services the view has").tag("type", type)
                    .tag("liveness", liveness.name()).buildGauge(counts.of(liveness)::getAsInt));
        } catch (RuntimeException e) {
            // A filter of the application may throw an exception. The view goes on.
            LOG.warnf("The services of the type %s are not measured, since the metrics refuse that: %s", PrintableText.of(type),
                    e);
        }
    }

    private Map<Outcome, LongAdder> transactions(Caller caller, MeteredEtcd.Kind kind, List<Outcome> possible) {
        Map<Outcome, LongAdder> counts = counts(Outcome.class);
        possible.forEach(outcome -> metric("lively.transactions", "Transactions that etcd was asked for")
                .tag("caller", caller.name()).tag("kind", kind.name()).tag("outcome", outcome.name())
                .buildCounter(counts.get(outcome)::sum));
        return counts;
    }

    private Map<Outcome, TimeRecorder> renewals() {
        Map<Outcome, TimeRecorder> timers = new EnumMap<>(Outcome.class);
        for (Outcome outcome : List.of(Outcome.SUCCESS, Outcome.LEASE_GONE, Outcome.UNAVAILABLE, Outcome.REFUSED)) {
            timers.put(outcome, metric("lively.lease.renewals", "How long etcd took to renew the lease")
                    .tag("outcome", outcome.name()).buildTimer());
        }
        return timers;
    }

    private static <K extends Enum<K>> Map<K, LongAdder> counts(Class<K> of) {
        Map<K, LongAdder> counts = new EnumMap<>(of);
        EnumSet.allOf(of).forEach(each -> counts.put(each, new LongAdder()));
        return counts;
    }

    private MetricBuilder metric(String name, String description) {
        return factory.builder(name).description(description);
    }

    private static double loaded(Supplier<Optional<Freshness>> view, Function<Freshness, Double> value) {
        return view.get().filter(freshness -> freshness.state() != Freshness.State.LOADING).map(value).orElse(Double.NaN);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / NANOS_A_SECOND;
    }
}
