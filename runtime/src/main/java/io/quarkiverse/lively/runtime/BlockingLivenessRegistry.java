package io.quarkiverse.lively.runtime;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceOutcome;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Subscription;
import io.quarkiverse.lively.Transition;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkus.runtime.BlockingOperationControl;
import io.quarkus.runtime.BlockingOperationNotAllowedException;

/** Asks etcd, and waits for the answer. */
final class BlockingLivenessRegistry implements LivenessRegistry {

    private final RegistryCalls calls;

    BlockingLivenessRegistry(RegistryCalls calls) {
        this.calls = calls;
    }

    @Override
    public boolean isUp(String uuid) {
        return await(() -> calls.isUp(uuid));
    }

    @Override
    public boolean isUp(String type, String host) {
        return await(() -> calls.isUp(type, host));
    }

    @Override
    public Optional<Liveness> liveness(String uuid) {
        return await(() -> calls.liveness(uuid));
    }

    @Override
    public Optional<ServiceRecord> find(String uuid) {
        return await(() -> calls.find(uuid));
    }

    @Override
    public Optional<ServiceRecord> find(String type, String host) {
        return await(() -> calls.find(type, host));
    }

    @Override
    public List<ServiceRecord> list(ServiceQuery query) {
        return await(() -> calls.list(query));
    }

    @Override
    public List<ServiceRecord> listWithLastKnown(ServiceQuery query) {
        return await(() -> calls.listWithLastKnown(query));
    }

    @Override
    public Set<String> types() {
        return await(calls::types);
    }

    @Override
    public Set<String> hosts() {
        return await(calls::hosts);
    }

    @Override
    public List<Transition> history(String uuid) {
        return await(() -> calls.history(uuid));
    }

    @Override
    public ServiceRecord update(ServiceDefinition definition, long expectedRevision) {
        return await(() -> calls.update(definition, expectedRevision));
    }

    @Override
    public ServiceRecord down(String uuid) {
        return await(() -> calls.down(uuid));
    }

    @Override
    public ServiceRecord down(String uuid, Maintenance maintenance) {
        return await(() -> calls.down(uuid, maintenance));
    }

    @Override
    public ServiceRecord up(String uuid) {
        return await(() -> calls.up(uuid));
    }

    @Override
    public List<ServiceOutcome> down(ServiceQuery query, Maintenance maintenance) {
        return down(query, maintenance, 0);
    }

    @Override
    public List<ServiceOutcome> down(ServiceQuery query, Maintenance maintenance, int minUp) {
        return await(() -> calls.down(query, maintenance, minUp));
    }

    @Override
    public List<ServiceOutcome> up(ServiceQuery query) {
        return await(() -> calls.up(query));
    }

    @Override
    public OptionalLong delete(String uuid) {
        return await(() -> calls.delete(uuid));
    }

    @Override
    public Subscription watch(ServiceQuery query, Consumer<LivenessEvent> listener) {
        return calls.watch(query, listener);
    }

    @Override
    public Registration registration() {
        return calls.registration();
    }

    @Override
    public Registration register(ServiceDefinition definition) {
        return calls.register(definition);
    }

    private static <T> T await(Supplier<CompletableFuture<T>> question) {
        if (!BlockingOperationControl.isBlockingAllowed()) {
            throw new BlockingOperationNotAllowedException("LivenessRegistry waits for etcd and must not be called on an event"
                    + " loop: annotate the caller with @Blocking");
        }
        try {
            // The answer comes in bounded time, or a failure does.
            return question.get().get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof EtcdException cause) {
                throw new RegistryUnavailableException(cause.getMessage(), cause);
            }
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryUnavailableException("Interrupted while waiting for etcd", e);
        }
    }
}
