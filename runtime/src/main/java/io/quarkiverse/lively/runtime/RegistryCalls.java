package io.quarkiverse.lively.runtime;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.PermissionDeniedException;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Subscription;
import io.quarkiverse.lively.Transition;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.registration.Registrar;
import io.quarkiverse.lively.runtime.registration.ServiceRegistration;
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

    public CompletableFuture<List<Transition>> history(String uuid) {
        ServiceIdentity.check("uuid", uuid);
        return tracing.trace("history", () -> reader.history(uuid));
    }

    public Subscription watch(ServiceQuery query, Consumer<LivenessEvent> listener) {
        return view.watch(query, ServiceIdentity.given("listener", listener));
    }

    public Multi<LivenessEvent> watch(ServiceQuery query) {
        return view.watch(query);
    }

    public CompletableFuture<ServiceRecord> update(ServiceRecord record) {
        return tracing.trace("update", () -> write(updater.update(ServiceIdentity.given("record", record))));
    }

    public CompletableFuture<ServiceRecord> down(String uuid) {
        return tracing.trace("down", () -> write(writer.down(uuid, Maintenance.of(""))));
    }

    public CompletableFuture<ServiceRecord> down(String uuid, Maintenance maintenance) {
        return tracing.trace("down", () -> write(writer.down(uuid, ServiceIdentity.given("maintenance", maintenance))));
    }

    public CompletableFuture<ServiceRecord> up(String uuid) {
        return tracing.trace("up", () -> write(writer.up(uuid)));
    }

    public CompletableFuture<OptionalLong> delete(String uuid) {
        return tracing.trace("delete", () -> write(writer.delete(uuid)));
    }

    public ServiceRegistration registration() {
        return registrar.own();
    }

    public ServiceRegistration register(ServiceRecord record) {
        return registrar.register(ServiceIdentity.given("record", record));
    }

    private static <T> CompletableFuture<T> write(CompletableFuture<T> answer) {
        return answer.exceptionallyCompose(failure -> {
            EtcdException cause = EtcdException.of(failure);
            return CompletableFuture.failedFuture(cause.kind() == EtcdException.Kind.DENIED
                    ? new PermissionDeniedException(cause.getMessage(), cause)
                    : failure);
        });
    }
}
