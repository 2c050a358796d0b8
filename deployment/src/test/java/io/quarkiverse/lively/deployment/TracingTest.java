package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.function.Executable;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.ReactiveLivenessRegistry;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.UnknownServiceException;
import io.quarkus.builder.Version;
import io.quarkus.maven.dependency.Dependency;
import io.quarkus.test.QuarkusUnitTest;

/** Each call that the application makes is a span of its own; what Lively does by itself is none. */
@ExtendWith(RealEtcd.class)
class TracingTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClasses(RealEtcd.class, Exporter.class))
            .setForcedDependencies(
                    List.of(Dependency.of("io.quarkus", "quarkus-opentelemetry-deployment", Version.getVersion())))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.otel.traces.exporter", "none")
            .overrideConfigKey("quarkus.otel.metrics.enabled", "false")
            .overrideConfigKey("quarkus.otel.logs.enabled", "false")
            .overrideRuntimeConfigKey("quarkus.lively.status-ttl", "2")
            .overrideRuntimeConfigKey("quarkus.lively.etcd.request-timeout", "1S")
            .overrideRuntimeConfigKey("quarkus.lively.etcd.key-namespace", "traced");

    @Singleton
    public static class Exporter {

        @Produces
        @Singleton
        InMemorySpanExporter memory() {
            return InMemorySpanExporter.create();
        }

        @Produces
        @Singleton
        SpanProcessor processor(InMemorySpanExporter memory) {
            return SimpleSpanProcessor.create(memory);
        }
    }

    @Inject
    LivenessRegistry registry;

    @Inject
    ReactiveLivenessRegistry reactive;

    @Inject
    Tracer tracer;

    @Inject
    InMemorySpanExporter exporter;

    @BeforeEach
    void registered() {
        await().until(() -> registry.registration().state() == RegistrationState.REGISTERED);
        exporter.reset();
    }

    @Test
    void aCallIsASpanOfTheCaller() {
        Span caller = tracer.spanBuilder("caller").startSpan();
        try (Scope scope = caller.makeCurrent()) {
            registry.isUp("u");
            reactive.list(ServiceQuery.all()).await().atMost(Duration.ofSeconds(5));
        } finally {
            caller.end();
        }
        List<SpanData> spans = spans(3);
        for (SpanData span : spans.subList(0, 2)) {
            assertEquals(caller.getSpanContext().getSpanId(), span.getParentSpanId());
            assertEquals(SpanKind.CLIENT, span.getKind());
            assertEquals(StatusCode.UNSET, span.getStatus().getStatusCode());
            assertEquals("io.quarkiverse.lively", span.getInstrumentationScopeInfo().getName());
        }
        assertEquals(List.of("isUp services", "list services", "caller"), spans.stream().map(SpanData::getName).toList());
        assertEquals(Map.of("db.system.name", "etcd", "db.namespace", "traced", "db.collection.name", "services",
                "db.operation.name", "isUp"), attributes(spans.get(0)));
    }

    @Test
    void everyOperationIsOne() {
        ServiceRecord written = registry.update(ServiceDefinition.of("type", "host"), 0);
        registry.find(written.uuid());
        registry.find("type", "host");
        registry.isUp("type", "host");
        registry.liveness(written.uuid());
        registry.history(written.uuid());
        registry.down(written.uuid());
        registry.up(written.uuid());
        registry.delete(written.uuid());
        assertEquals(List.of("update", "find", "find", "isUp", "liveness", "history", "down", "up", "delete"),
                spans(9).stream().map(span -> attributes(span).get("db.operation.name")).toList());
    }

    @Test
    void aFailureIsAnError() {
        assertThrows(UnknownServiceException.class, () -> registry.up("none"));
        SpanData span = spans(1).get(0);
        assertEquals(StatusCode.ERROR, span.getStatus().getStatusCode());
        assertEquals("There is no service with the uuid none", span.getStatus().getDescription());
        assertEquals(UnknownServiceException.class.getName(), attributes(span).get("error.type"));

        exporter.reset();
        RealEtcd.freeze();
        try {
            assertThrows(RegistryUnavailableException.class, () -> registry.isUp("u"));
        } finally {
            RealEtcd.thaw();
        }
        assertEquals("UNAVAILABLE", attributes(spans(1).get(0)).get("error.type"));
    }

    @Test
    void whatAsksNothingIsNone() {
        Instant past = Instant.now().minusSeconds(60);
        for (Executable refused : List.<Executable> of(() -> registry.isUp("a/b"), () -> registry.isUp("a/b", "host"),
                () -> registry.list(ServiceQuery.ofTypes("a/b")), () -> registry.delete("a/b"),
                () -> registry.down("a/b"), () -> registry.up(""),
                () -> registry.down("u", new Maintenance("", Optional.empty(), Optional.of(past))),
                () -> registry.update(ServiceDefinition.of("a/b", "host"), 0),
                () -> registry.down(ServiceQuery.ofTypes("a/b"), Maintenance.of("")))) {
            assertThrows(InvalidServiceException.class, refused);
        }
        for (Executable refused : List.<Executable> of(() -> registry.list(null), () -> registry.down("u", null),
                () -> registry.update(null, 0), () -> registry.isUp(null))) {
            assertThrows(NullPointerException.class, refused);
        }
        registry.registration();
        reactive.isUp("u");
        assertEquals(List.of(), exporter.getFinishedSpanItems());
    }

    /** Renewals, watches, and the owner's looks at its keys: at this TTL there is one each second. */
    @Test
    void whatLivelyDoesByItselfIsNone() throws InterruptedException {
        registry.watch(ServiceQuery.all(), event -> {
        }).close();
        Thread.sleep(2500);
        assertEquals(List.of(), exporter.getFinishedSpanItems());
        await().until(() -> registry.registration().lease().isPresent());
    }

    private List<SpanData> spans(int count) {
        await().until(() -> exporter.getFinishedSpanItems().size() >= count);
        assertEquals(count, exporter.getFinishedSpanItems().size());
        return exporter.getFinishedSpanItems();
    }

    private static Map<String, Object> attributes(SpanData span) {
        return span.getAttributes().asMap().entrySet().stream()
                .filter(entry -> entry.getKey().getKey().startsWith("db.") || entry.getKey().getKey().equals("error.type"))
                .collect(Collectors.toMap(entry -> entry.getKey().getKey(), Map.Entry::getValue));
    }
}
