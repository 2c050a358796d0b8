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
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Subscription;
import io.quarkiverse.lively.Transition;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.registration.Registrar;
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
record RegistryCalls(ServiceReader reader, ServiceWriter writer, ServiceUpdater updater, Registrar registrar,
        LocalView view, CallTracing tracing) {

    CompletableFuture<Boolean> isUp(String uuid) {
        ServiceIdentity.check("uuid", uuid);
        return tracing.trace("isUp", () -> reader.isUp(uuid));
    }

    CompletableFuture<Boolean> isUp(String type, String host) {
        ServiceIdentity.check("type", type);
        ServiceIdentity.check("host", host);
        return tracing.trace("isUp", () -> reader.isUp(type, host));
    }

    CompletableFuture<Optional<Liveness>> liveness(String uuid) {
        ServiceIdentity.check("uuid", uuid);
        return tracing.trace("liveness", () -> reader.liveness(uuid));
    }

    CompletableFuture<Optional<ServiceRecord>> find(String uuid) {
        ServiceIdentity.check("uuid", uuid);
        return tracing.trace("find", () -> reader.find(uuid));
    }

    CompletableFuture<Optional<ServiceRecord>> find(String type, String host) {
        ServiceIdentity.check("type", type);
        ServiceIdentity.check("host", host);
        return tracing.trace("find", () -> reader.find(type, host));
    }

    CompletableFuture<List<ServiceRecord>> list(ServiceQuery query) {
        return tracing.trace("list", () -> reader.list(ServiceIdentity.checked(query)));
    }

    CompletableFuture<List<Transition>> history(String uuid) {
        ServiceIdentity.check("uuid", uuid);
        return tracing.trace("history", () -> reader.history(uuid));
    }

    Subscription watch(ServiceQuery query, Consumer<LivenessEvent> listener) {
        return view.watch(query, ServiceIdentity.given("listener", listener));
    }

    Multi<LivenessEvent> watch(ServiceQuery query) {
        return view.watch(query);
    }

    CompletableFuture<ServiceRecord> update(ServiceRecord record) {
        return tracing.trace("update", () -> write(updater.update(ServiceIdentity.given("record", record))));
    }

    CompletableFuture<ServiceRecord> down(String uuid) {
        return tracing.trace("down", () -> write(writer.down(uuid, Maintenance.of(""))));
    }

    CompletableFuture<ServiceRecord> down(String uuid, Maintenance maintenance) {
        return tracing.trace("down", () -> write(writer.down(uuid, ServiceIdentity.given("maintenance", maintenance))));
    }

    CompletableFuture<ServiceRecord> up(String uuid) {
        return tracing.trace("up", () -> write(writer.up(uuid)));
    }

    CompletableFuture<OptionalLong> delete(String uuid) {
        return tracing.trace("delete", () -> write(writer.delete(uuid)));
    }

    Registration registration() {
        return registrar.own();
    }

    Registration register(ServiceRecord record) {
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
