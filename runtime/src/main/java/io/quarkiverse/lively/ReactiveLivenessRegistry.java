package io.quarkiverse.lively;

import java.util.List;
import java.util.Optional;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;

/**
 * The same as {@link LivenessRegistry}, with the same rules, and never blocking. Nothing is asked or written before somebody
 * subscribes; each subscription asks anew. Answers and failures arrive on a worker thread.
 */
public interface ReactiveLivenessRegistry {

    Uni<Boolean> isUp(String uuid);

    Uni<Boolean> isUp(String type, String host);

    Uni<Optional<ServiceRecord>> find(String uuid);

    Uni<Optional<ServiceRecord>> find(String type, String host);

    Uni<List<ServiceRecord>> list(ServiceQuery query);

    /** As {@link LivenessView#watch(ServiceQuery)}. */
    Multi<LivenessEvent> watch(ServiceQuery query);

    Uni<ServiceRecord> update(ServiceRecord record);

    Uni<ServiceRecord> down(String uuid);

    Uni<ServiceRecord> down(String uuid, Maintenance maintenance);

    Uni<ServiceRecord> up(String uuid);

    Uni<Boolean> delete(String uuid);

    Registration registration();

    Registration register(ServiceRecord record);
}
