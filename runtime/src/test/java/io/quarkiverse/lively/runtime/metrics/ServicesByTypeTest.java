package io.quarkiverse.lively.runtime.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Status;
import io.quarkiverse.lively.test.LogLines;
import io.quarkus.runtime.metrics.MetricsFactory;

/** Services are counted by type and liveness, of types that nobody knew of before, and of not too many. */
@Isolated
class ServicesByTypeTest {

    private final Map<String, Supplier<Number>> gauges = new TreeMap<>();
    private boolean refuse;
    private final QuarkusMetrics metrics = new QuarkusMetrics();

    ServicesByTypeTest() {
        metrics.exposeBy(new Gauges());
    }

    @Test
    void aTypeHasItsGaugesFromWhenItIsFirstSeen() {
        assertEquals(0, gauges.size());
        metrics.changed(Optional.empty(), service("queue", Liveness.UP));
        metrics.changed(Optional.empty(), service("queue", Liveness.UP));
        assertEquals(2, count("queue UP"));
        assertEquals(3, gauges.size());
        metrics.changed(service("queue", Liveness.UP), service("queue", Liveness.EXPIRED));
        assertEquals(1, count("queue UP"));
        assertEquals(1, count("queue EXPIRED"));
        metrics.changed(service("queue", Liveness.EXPIRED), service("batch", Liveness.DOWN));
        metrics.changed(service("queue", Liveness.UP), Optional.empty());
        assertEquals(0, count("queue UP"));
        assertEquals(0, count("queue EXPIRED"));
        assertEquals(1, count("batch DOWN"));
        assertEquals(6, gauges.size());
    }

    @Test
    void manyTypesAreCountedAsOne() {
        for (int i = 0; i < 1000; i++) {
            metrics.changed(Optional.empty(), service("t" + i, Liveness.UP));
        }
        assertEquals(1, count("t99 UP"));
        assertFalse(gauges.containsKey("t100 UP"));
        assertEquals(900, count("/other UP"));
        assertEquals(101 * 3, gauges.size());
        metrics.changed(service("t100", Liveness.UP), Optional.empty());
        metrics.changed(service("t99", Liveness.UP), Optional.empty());
        assertEquals(899, count("/other UP"));
        assertEquals(0, count("t99 UP"));
    }

    /** Micrometer has forgotten everything by then, and would keep it for the next application in this JVM. */
    @Test
    void nothingNewAfterTheEnd() {
        metrics.changed(Optional.empty(), service("queue", Liveness.UP));
        metrics.close();
        metrics.changed(Optional.empty(), service("batch", Liveness.UP));
        metrics.changed(Optional.empty(), service("queue", Liveness.UP));
        assertEquals(3, gauges.size());
        assertEquals(2, count("queue UP"));
    }

    /** As Prometheus' registry can, if it is configured so, or a filter of the application. It must not end the view. */
    @Test
    void metricsThatRefuseAGaugeHarmNobody() {
        refuse = true;
        try (LogLines log = new LogLines()) {
            metrics.changed(Optional.empty(), service("queue", Liveness.UP));
            metrics.changed(Optional.empty(), service("queue", Liveness.UP));
            assertEquals(List.of("The services of the type queue are not measured, since the metrics refuse that:"
                    + " java.lang.IllegalArgumentException: on purpose"), log.messages());
        }
        refuse = false;
        metrics.changed(Optional.empty(), service("batch", Liveness.UP));
        assertEquals(1, count("batch UP"));
    }

    private int count(String gauge) {
        return gauges.get(gauge).get().intValue();
    }

    private static Optional<ServiceRecord> service(String type, Liveness liveness) {
        return Optional.of(new ServiceRecord("u", type, "h", "default", Status.UP, Optional.empty(), Optional.empty(), Map.of(),
                false, liveness, Reason.UNKNOWN, Optional.empty(), 1));
    }

    /** Takes nothing but the gauges of services, by the values of their tags. */
    private final class Gauges implements MetricsFactory {

        @Override
        public boolean metricsSystemSupported(String name) {
            return true;
        }

        @Override
        public MetricBuilder builder(String name, Type type) {
            assertEquals("lively.view.services", name);
            return new Gauge();
        }
    }

    private final class Gauge implements MetricsFactory.MetricBuilder {

        private String tags = "";

        @Override
        public Gauge description(String description) {
            return this;
        }

        @Override
        public Gauge tag(String key, String value) {
            tags = (tags + " " + value).strip();
            return this;
        }

        @Override
        public Gauge unit(String unit) {
            return this;
        }

        @Override
        public void buildGauge(Supplier<Number> value) {
            if (refuse) {
                throw new IllegalArgumentException("on purpose");
            }
            gauges.put(tags, value);
        }

        @Override
        public <T, R extends Number> void buildGauge(T of, Function<T, R> value) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void buildCounter(Supplier<Number> value) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T, R extends Number> void buildCounter(T of, Function<T, R> value) {
            throw new UnsupportedOperationException();
        }

        @Override
        public MetricsFactory.TimeRecorder buildTimer() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Runnable buildTimer(Runnable timed) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> Callable<T> buildTimer(Callable<T> timed) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> Supplier<T> buildTimer(Supplier<T> timed) {
            throw new UnsupportedOperationException();
        }
    }
}
