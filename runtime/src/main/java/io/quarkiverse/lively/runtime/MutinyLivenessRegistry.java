package io.quarkiverse.lively.runtime;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.ReactiveLivenessRegistry;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceOutcome;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.Transition;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.worker.Answers;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;

/** Asks etcd, and hands the answer on. */
final class MutinyLivenessRegistry implements ReactiveLivenessRegistry {

    private final RegistryCalls calls;
    private final Answers answers;

    /** @param pool where a caller that is not on a context of Vert.x goes on */
    MutinyLivenessRegistry(RegistryCalls calls, Executor pool) {
        this.calls = calls;
        this.answers = new Answers(pool);
    }

    @Override
    public Uni<Boolean> isUp(String uuid) {
        return uni(() -> calls.isUp(uuid));
    }

    @Override
    public Uni<Boolean> isUp(String type, String host) {
        return uni(() -> calls.isUp(type, host));
    }

    @Override
    public Uni<Optional<Liveness>> liveness(String uuid) {
        return uni(() -> calls.liveness(uuid));
    }

    @Override
    public Uni<Optional<ServiceRecord>> find(String uuid) {
        return uni(() -> calls.find(uuid));
    }

    @Override
    public Uni<Optional<ServiceRecord>> find(String type, String host) {
        return uni(() -> calls.find(type, host));
    }

    @Override
    public Uni<List<ServiceRecord>> list(ServiceQuery query) {
        return uni(() -> calls.list(query));
    }

    @Override
    public Uni<List<ServiceRecord>> listWithLastKnown(ServiceQuery query) {
        return uni(() -> calls.listWithLastKnown(query));
    }

    @Override
    public Uni<Set<String>> types() {
        return uni(calls::types);
    }

    @Override
    public Uni<Set<String>> hosts() {
        return uni(calls::hosts);
    }

    @Override
    public Uni<List<Transition>> history(String uuid) {
        return uni(() -> calls.history(uuid));
    }

    @Override
    public Multi<LivenessEvent> watch(ServiceQuery query) {
        return calls.watch(query);
    }

    @Override
    public Uni<ServiceRecord> update(ServiceDefinition definition, long expectedRevision) {
        return uni(() -> calls.update(definition, expectedRevision));
    }

    @Override
    public Uni<ServiceRecord> down(String uuid) {
        return uni(() -> calls.down(uuid));
    }

    @Override
    public Uni<ServiceRecord> down(String uuid, Maintenance maintenance) {
        return uni(() -> calls.down(uuid, maintenance));
    }

    @Override
    public Uni<ServiceRecord> up(String uuid) {
        return uni(() -> calls.up(uuid));
    }

    @Override
    public Uni<List<ServiceOutcome>> down(ServiceQuery query, Maintenance maintenance) {
        return down(query, maintenance, 0);
    }

    @Override
    public Uni<List<ServiceOutcome>> down(ServiceQuery query, Maintenance maintenance, int minUp) {
        return uni(() -> calls.down(query, maintenance, minUp));
    }

    @Override
    public Uni<List<ServiceOutcome>> up(ServiceQuery query) {
        return uni(() -> calls.up(query));
    }

    @Override
    public Uni<OptionalLong> delete(String uuid) {
        return uni(() -> calls.delete(uuid));
    }

    @Override
    public Registration registration() {
        return calls.registration();
    }

    @Override
    public Registration register(ServiceDefinition definition) {
        return calls.register(definition);
    }

    private <T> Uni<T> uni(Supplier<CompletionStage<T>> question) {
        return answers.to(question).onFailure(EtcdException.class)
                .transform(e -> new RegistryUnavailableException(e.getMessage(), e));
    }
}
