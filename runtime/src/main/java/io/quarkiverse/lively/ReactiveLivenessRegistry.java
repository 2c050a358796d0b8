package io.quarkiverse.lively;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;

/**
 * The same as {@link LivenessRegistry}, with the same rules, and never blocking. Nothing is asked or written before a
 * subscription; each subscription asks anew. Answers and failures arrive on the Vert.x context of the subscriber, which on an
 * event loop must not be blocked; if it has none, on a worker thread. An argument that is refused is a failure of the {@link
 * Uni}, too; only {@link #watch} and {@link #register} throw at once.
 */
public interface ReactiveLivenessRegistry {

    /** As {@link LivenessRegistry#isUp(String)}. */
    Uni<Boolean> isUp(String uuid);

    /** As {@link LivenessRegistry#isUp(String, String)}. */
    Uni<Boolean> isUp(String type, String host);

    /** As {@link LivenessRegistry#liveness(String)}. */
    Uni<Optional<Liveness>> liveness(String uuid);

    /** As {@link LivenessRegistry#find(String)}. */
    Uni<Optional<ServiceRecord>> find(String uuid);

    /** As {@link LivenessRegistry#find(String, String)}. */
    Uni<Optional<ServiceRecord>> find(String type, String host);

    /** As {@link LivenessRegistry#list(ServiceQuery)}. */
    Uni<List<ServiceRecord>> list(ServiceQuery query);

    /** As {@link LivenessRegistry#listWithLastKnown(ServiceQuery)}. */
    Uni<List<ServiceRecord>> listWithLastKnown(ServiceQuery query);

    /** As {@link LivenessRegistry#types()}. */
    Uni<Set<String>> types();

    /** As {@link LivenessRegistry#hosts()}. */
    Uni<Set<String>> hosts();

    /** As {@link LivenessRegistry#history(String)}. */
    Uni<List<Transition>> history(String uuid);

    /** As {@link LivenessView#watch(ServiceQuery)}. */
    Multi<LivenessEvent> watch(ServiceQuery query);

    /** As {@link LivenessRegistry#update(ServiceDefinition, long)}. */
    Uni<ServiceRecord> update(ServiceDefinition definition, long expectedRevision);

    /** As {@link LivenessRegistry#down(String)}. */
    Uni<ServiceRecord> down(String uuid);

    /** As {@link LivenessRegistry#down(String, Maintenance)}. */
    Uni<ServiceRecord> down(String uuid, Maintenance maintenance);

    /** As {@link LivenessRegistry#up(String)}. */
    Uni<ServiceRecord> up(String uuid);

    /** As {@link LivenessRegistry#down(ServiceQuery, Maintenance)}. */
    Uni<List<ServiceOutcome>> down(ServiceQuery query, Maintenance maintenance);

    /** As {@link LivenessRegistry#down(ServiceQuery, Maintenance, int)}. */
    Uni<List<ServiceOutcome>> down(ServiceQuery query, Maintenance maintenance, int minUp);

    /** As {@link LivenessRegistry#up(ServiceQuery)}. */
    Uni<List<ServiceOutcome>> up(ServiceQuery query);

    /** As {@link LivenessRegistry#delete(String)}. */
    Uni<OptionalLong> delete(String uuid);

    /** As {@link LivenessRegistry#registration()}. */
    Registration registration();

    /** As {@link LivenessRegistry#register(ServiceDefinition)}: never blocks, and registers at once, not on subscription. */
    Registration register(ServiceDefinition definition);
}
