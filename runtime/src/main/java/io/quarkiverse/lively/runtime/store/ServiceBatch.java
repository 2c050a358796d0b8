package io.quarkiverse.lively.runtime.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

import io.quarkiverse.lively.InvalidServiceException;
import io.quarkiverse.lively.LivelyException;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.PermissionDeniedException;
import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkiverse.lively.ServiceOutcome;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.TooFewUpException;
import io.quarkiverse.lively.runtime.etcd.EtcdException;

/** Writes all services that match a query, one after the other, each by itself. */
public record ServiceBatch(ServiceReader reader, ServiceWriter writer) {

    /**
     * @param minUp how many services must be left UP of each type of which one goes down
     */
    public CompletableFuture<List<ServiceOutcome>> down(ServiceQuery query, Maintenance maintenance, int minUp) {
        if (minUp < 0) {
            throw new InvalidServiceException("minUp", "minUp must not be negative; 0 says that no service has to be left UP");
        }
        writer.check(maintenance);
        // With a bound, the other services of these types count. They must be of the same revision.
        return reader.list(minUp == 0 ? query : ServiceQuery.all()).thenCompose(all -> {
            List<ServiceRecord> matching = all.stream().filter(query::matches).toList();
            checkLeft(all, matching, minUp);
            return each(matching, uuid -> writer.down(uuid, maintenance));
        });
    }

    public CompletableFuture<List<ServiceOutcome>> up(ServiceQuery query) {
        return reader.list(query).thenCompose(matching -> each(matching, writer::up));
    }

    /** A type of which none goes down is as it was. */
    private static void checkLeft(List<ServiceRecord> all, List<ServiceRecord> matching, int minUp) {
        matching.stream().filter(ServiceRecord::isUp).map(ServiceRecord::type).distinct().sorted().forEach(type -> {
            ServiceQuery up = ServiceQuery.ofTypes(type).withLiveness(Liveness.UP);
            int left = (int) (all.stream().filter(up::matches).count() - matching.stream().filter(up::matches).count());
            if (left < minUp) {
                throw new TooFewUpException(type, left, minUp);
            }
        });
    }

    private static CompletableFuture<List<ServiceOutcome>> each(List<ServiceRecord> services,
            Function<String, CompletableFuture<ServiceRecord>> write) {
        CompletableFuture<List<ServiceOutcome>> outcomes = CompletableFuture.completedFuture(new ArrayList<>());
        for (ServiceRecord service : services) {
            outcomes = outcomes.thenCompose(before -> outcome(service.uuid(), before, write).thenApply(outcome -> {
                before.add(outcome);
                return before;
            }));
        }
        return outcomes.thenApply(List::copyOf);
    }

    /** Once etcd cannot be reached, each further service would wait for nothing. */
    private static CompletableFuture<ServiceOutcome> outcome(String uuid, List<ServiceOutcome> before,
            Function<String, CompletableFuture<ServiceRecord>> write) {
        Optional<LivelyException> unavailable = before.isEmpty() ? Optional.empty()
                : before.get(before.size() - 1).failure().filter(RegistryUnavailableException.class::isInstance);
        if (unavailable.isPresent()) {
            return CompletableFuture.completedFuture(new ServiceOutcome(uuid, Optional.empty(), unavailable));
        }
        // Not at once: also what the write throws is the outcome of this service alone.
        return CompletableFuture.completedFuture(uuid).thenCompose(write)
                .thenApply(service -> new ServiceOutcome(uuid, Optional.of(service), Optional.empty()))
                .exceptionally(failure -> new ServiceOutcome(uuid, Optional.empty(), Optional.of(reason(failure))));
    }

    private static LivelyException reason(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof LivelyException lively) {
            return lively;
        }
        if (cause instanceof EtcdException etcd) {
            return etcd.kind() == EtcdException.Kind.DENIED ? new PermissionDeniedException(etcd.getMessage(), etcd)
                    : new RegistryUnavailableException(etcd.getMessage(), etcd);
        }
        throw new CompletionException(cause);
    }
}
