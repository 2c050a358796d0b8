package io.quarkiverse.lively.runtime;

import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.PermissionDeniedException;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceOutcome;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Subscription;
import io.quarkiverse.lively.Transition;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.registration.Registrar;
import io.quarkiverse.lively.runtime.registration.ServiceRegistration;
import io.quarkiverse.lively.runtime.store.ServiceBatch;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.store.ServiceReader;
import io.quarkiverse.lively.runtime.store.ServiceUpdater;
import io.quarkiverse.lively.runtime.store.ServiceWriter;
import io.quarkiverse.lively.runtime.view.LocalView;
import io.smallrye.mutiny.Multi;

/**
 * What the registry can be asked to do, behind its blocking and its reactive face. What cannot name a service is refused here,
 * before anything is sent.
 */
public record RegistryCalls(ServiceReader reader, ServiceWriter writer, ServiceUpdater updater, Registrar registrar,
        LocalView view, CallTracing tracing) {

    public CompletableFuture<Boolean> isUp(String uuid) {
        ServiceIdentity.check("uuid", uuid);
        return tracing.trace("isUp", () -> reader.isUp(uuid));
    }

    public CompletableFuture<Boolean> isUp(String type, String host) {
        ServiceIdentity.check("type", type);
        ServiceIdentity.check("host", host);
        return tracing.trace("isUp", () -> reader.isUp(type, host));
    }

    public CompletableFuture<Optional<Liveness>> liveness(String uuid) {
        ServiceIdentity.check("uuid", uuid);
        return tracing.trace("liveness", () -> reader.liveness(uuid));
    }

    public CompletableFuture<Optional<ServiceRecord>> find(String uuid) {
        ServiceIdentity.check("uuid", uuid);
        return tracing.trace("find", () -> reader.find(uuid));
    }

    public CompletableFuture<Optional<ServiceRecord>> find(String type, String host) {
        ServiceIdentity.check("type", type);
        ServiceIdentity.check("host", host);
        return tracing.trace("find", () -> reader.find(type, host));
    }

    public CompletableFuture<List<ServiceRecord>> list(ServiceQuery query) {
        return tracing.trace("list", () -> reader.list(ServiceIdentity.checked(query)));
    }

    public CompletableFuture<List<ServiceRecord>> listWithLastKnown(ServiceQuery query) {
        return tracing.trace("list", () -> reader.list(ServiceIdentity.checked(query), true));
    }

    public CompletableFuture<Set<String>> types() {
        return tracing.trace("types", () -> names(ServiceRecord::type));
    }

    public CompletableFuture<Set<String>> hosts() {
        return tracing.trace("hosts", () -> names(ServiceRecord::host));
    }

    private CompletableFuture<Set<String>> names(Function<ServiceRecord, String> name) {
        return reader.list(ServiceQuery.all()).thenApply(services -> {
            Set<String> names = services.stream().map(name).collect(Collectors.toCollection(TreeSet::new));
            return Collections.unmodifiableSet(names);
        });
    }

    public CompletableFuture<List<Transition>> history(String uuid) {
        ServiceIdentity.check("uuid", uuid);
        return tracing.trace("history", () -> reader.history(uuid));
    }

    public Subscription watch(ServiceQuery query, Consumer<LivenessEvent> listener) {
        return view.watch(query, Objects.requireNonNull(listener, "listener"));
    }

    public Multi<LivenessEvent> watch(ServiceQuery query) {
        return view.watch(query);
    }

    public CompletableFuture<ServiceRecord> update(ServiceDefinition definition, long expectedRevision) {
        return tracing.trace("update", () -> write(
                updater.update(Objects.requireNonNull(definition, "definition"), expectedRevision)));
    }

    public CompletableFuture<ServiceRecord> down(String uuid) {
        return tracing.trace("down", () -> write(writer.down(uuid, Maintenance.of(""))));
    }

    public CompletableFuture<ServiceRecord> down(String uuid, Maintenance maintenance) {
        return tracing.trace("down", () -> write(writer.down(uuid, Objects.requireNonNull(maintenance, "maintenance"))));
    }

    public CompletableFuture<ServiceRecord> up(String uuid) {
        return tracing.trace("up", () -> write(writer.up(uuid)));
    }

    public CompletableFuture<List<ServiceOutcome>> down(ServiceQuery query, Maintenance maintenance, int minUp) {
        return tracing.trace("down", () -> new ServiceBatch(reader, writer).down(ServiceIdentity.checked(query),
                Objects.requireNonNull(maintenance, "maintenance"), minUp));
    }

    public CompletableFuture<List<ServiceOutcome>> up(ServiceQuery query) {
        return tracing.trace("up", () -> new ServiceBatch(reader, writer).up(ServiceIdentity.checked(query)));
    }

    public CompletableFuture<OptionalLong> delete(String uuid) {
        return tracing.trace("delete", () -> write(writer.delete(uuid)));
    }

    public ServiceRegistration registration() {
        return registrar.own();
    }

    public ServiceRegistration register(ServiceDefinition definition) {
        return registrar.register(Objects.requireNonNull(definition, "definition"));
    }

    /** A write that etcd denies is no question without an answer: it fails by an exception of its own. */
    private static <T> CompletableFuture<T> write(CompletableFuture<T> answer) {
        return answer.exceptionallyCompose(failure -> {
            EtcdException cause = EtcdException.of(failure);
            return CompletableFuture.failedFuture(cause.kind() == EtcdException.Kind.DENIED
                    ? new PermissionDeniedException(cause.getMessage(), cause)
                    : failure);
        });
    }
}
