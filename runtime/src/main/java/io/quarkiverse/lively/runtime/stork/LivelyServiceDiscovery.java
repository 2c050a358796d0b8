package io.quarkiverse.lively.runtime.stork;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.quarkiverse.lively.Freshness;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkiverse.lively.runtime.worker.Platform;
import io.quarkiverse.lively.runtime.worker.Worker;
import io.smallrye.mutiny.Uni;
import io.smallrye.stork.api.NoServiceInstanceFoundException;
import io.smallrye.stork.api.ServiceDiscovery;
import io.smallrye.stork.api.ServiceInstance;

/**
 * Asks the view each time. The view is in memory, needs no lock and is kept current by what etcd tells, so that a cache in
 * front of it, as Stork has for registries that are polled, would only make answers older. Never blocks.
 */
final class LivelyServiceDiscovery implements ServiceDiscovery {

    private final Supplier<LivenessView> view;
    private final Offer offer;
    private final Duration patience;
    private final Platform platform;
    /** By uuid. Stork tells instances apart by their ids, so each has to keep its own. */
    private final Map<String, LivelyServiceInstance> instances = new ConcurrentHashMap<>();

    /**
     * @param view asked for at each question: there may be none yet
     * @param patience how long a question may wait for the first list of a view that has just been started
     */
    LivelyServiceDiscovery(Supplier<LivenessView> view, Offer offer, Duration patience, Platform platform) {
        this.view = view;
        this.offer = offer;
        this.patience = patience;
        this.platform = platform;
    }

    /**
     * Those that are UP and can be called; maybe none. While etcd is away they are the last that were known. Fails with a
     * {@link NoServiceInstanceFoundException} if nothing is known yet, and not within the connect and the request timeout of
     * etcd either.
     */
    @Override
    public Uni<List<ServiceInstance>> getServiceInstances() {
        return Uni.createFrom().deferred(() -> view.get().freshness().state() != Freshness.State.LOADING
                ? Uni.createFrom().item(offered())
                : Uni.createFrom().completionStage(this::ready).map(nothing -> offered()));
    }

    /** Fails once the patience is over, where a caller may block. */
    private CompletableFuture<Void> ready() {
        CompletableFuture<Void> ready = view.get().awaitReady().subscribeAsCompletionStage();
        Runnable giveUp = () -> ready.completeExceptionally(unknown());
        Worker.Timer timer = platform.after(patience, () -> {
            try {
                platform.pool().execute(giveUp);
            } catch (RejectedExecutionException e) {
                giveUp.run();
            }
        });
        ready.whenComplete((nothing, failure) -> timer.cancel());
        return ready;
    }

    private List<ServiceInstance> offered() {
        List<ServiceRecord> services = view.get().list(offer.query()).stream().filter(offer::includes).toList();
        List<ServiceInstance> offered = services.stream().<ServiceInstance> map(this::instance).toList();
        if (instances.size() > services.size()) {
            Set<String> uuids = services.stream().map(ServiceRecord::uuid).collect(Collectors.toCollection(HashSet::new));
            instances.keySet().stream().filter(uuid -> !uuids.contains(uuid)).forEach(this::forget);
        }
        return offered;
    }

    /** Unless it is there again, and another call knows it. */
    private void forget(String missing) {
        instances.computeIfPresent(missing, (uuid, latest) -> present(uuid).isPresent() ? latest : null);
    }

    private LivelyServiceInstance instance(ServiceRecord listed) {
        LivelyServiceInstance known = instances.get(listed.uuid());
        if (known != null && known.isOf(listed)) {
            return known;
        }
        // Another call may have found it at once, and in a later list: what counts is how it is now.
        return instances.compute(listed.uuid(), (uuid, latest) -> {
            ServiceRecord present = present(uuid).orElse(listed);
            return latest != null && latest.isOf(present) ? latest : LivelyServiceInstance.of(present);
        });
    }

    private Optional<ServiceRecord> present(String uuid) {
        return view.get().find(uuid).filter(offer::has);
    }

    private NoServiceInstanceFoundException unknown() {
        return new NoServiceInstanceFoundException("It is not known which instances the service '" + offer.name()
                + "' has: etcd has told nothing within " + patience.toMillis()
                + " ms. Check quarkus.lively.etcd.endpoints, and whether etcd answers there");
    }
}
