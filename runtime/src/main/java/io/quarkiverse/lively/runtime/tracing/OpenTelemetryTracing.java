package io.quarkiverse.lively.runtime.tracing;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.quarkiverse.lively.runtime.CallTracing;
import io.quarkiverse.lively.runtime.config.LivelyConfig;
import io.quarkiverse.lively.runtime.etcd.EtcdException;

/**
 * A span for each call, from when it is made to when its answer is there, however many requests to etcd it takes. Its names
 * are those that OpenTelemetry has for calls of a database.
 */
@Singleton
public class OpenTelemetryTracing implements CallTracing {

    private static final String SCOPE = "io.quarkiverse.lively";
    private static final String COLLECTION = "services";
    private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("db.system.name");
    private static final AttributeKey<String> NAMESPACE = AttributeKey.stringKey("db.namespace");
    private static final AttributeKey<String> COLLECTION_NAME = AttributeKey.stringKey("db.collection.name");
    private static final AttributeKey<String> OPERATION = AttributeKey.stringKey("db.operation.name");
    private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

    private final Instance<OpenTelemetry> openTelemetry;
    private final LivelyConfig config;

    /** @param openTelemetry there is none if it is switched off when the application is built */
    OpenTelemetryTracing(Instance<OpenTelemetry> openTelemetry, LivelyConfig config) {
        this.openTelemetry = openTelemetry;
        this.config = config;
    }

    @Override
    public <T> CompletableFuture<T> trace(String operation, Supplier<CompletableFuture<T>> call) {
        if (!openTelemetry.isResolvable()) {
            return call.get();
        }
        Instant begin = Instant.now();
        // What is refused before anything is asked throws here, and is no span, whichever check refuses it.
        CompletableFuture<T> answer = call.get();
        Span span = begin(operation, begin);
        return answer.whenComplete((known, failure) -> end(span, failure));
    }

    private Span begin(String operation, Instant at) {
        SpanBuilder span = openTelemetry.get().getTracer(SCOPE).spanBuilder(operation + " " + COLLECTION)
                .setSpanKind(SpanKind.CLIENT)
                .setStartTimestamp(at)
                .setAttribute(SYSTEM, "etcd")
                .setAttribute(COLLECTION_NAME, COLLECTION)
                .setAttribute(OPERATION, operation);
        config.etcd().keyNamespace().ifPresent(namespace -> span.setAttribute(NAMESPACE, namespace));
        return span.startSpan();
    }

    private static void end(Span span, Throwable failure) {
        if (failure != null) {
            Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause()
                    : failure;
            span.setStatus(StatusCode.ERROR, cause.getMessage() == null ? "" : cause.getMessage());
            span.setAttribute(ERROR, cause instanceof EtcdException etcd ? etcd.kind().name() : cause.getClass().getName());
        }
        span.end();
    }
}
