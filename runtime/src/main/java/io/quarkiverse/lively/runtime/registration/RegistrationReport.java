package io.quarkiverse.lively.runtime.registration;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import org.jboss.logging.Logger;

import io.quarkiverse.lively.PermissionDeniedException;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.RegistrationChange;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.RegistryUnavailableException;
import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics;
import io.quarkiverse.lively.runtime.metrics.LivelyMetrics.Loss;
import io.quarkiverse.lively.runtime.store.Holds;
import io.quarkiverse.lively.runtime.store.OwnerWrites;
import io.quarkiverse.lively.runtime.store.ServiceIdentity;
import io.quarkiverse.lively.runtime.store.ServiceKeys;
import io.quarkiverse.lively.runtime.store.ServiceRecords;
import io.quarkiverse.lively.runtime.store.proto.Claim;
import io.quarkiverse.lively.runtime.store.proto.Hold;
import io.quarkiverse.lively.runtime.store.proto.Status;
import io.quarkiverse.lively.runtime.text.PrintableText;
import io.quarkiverse.lively.runtime.worker.Worker;

/**
 * Tells what becomes of a service: as the state of its registration, in the log, and to who wants to hear of changes. The state
 * changes on the worker thread; any thread may read it.
 */
final class RegistrationReport implements Publication.Listener {

    private static final Logger LOG = Logger.getLogger(RegistrationReport.class);

    private final Registration registration;
    private final ServiceIdentity identity;
    private final ServiceRegistration.Kind kind;
    private final Worker clock;
    private final Consumer<RegistrationChange> changes;
    private final LivelyMetrics metrics;
    private final Runnable gaveUp;
    private final CompletableFuture<Void> outcome = new CompletableFuture<>();
    private final MetadataUpdates updates = new MetadataUpdates();

    private String lastRefusal = "";
    private Optional<String> holderOfName = Optional.empty();
    private volatile Standing standing;

    /**
     * @param registration of which it tells
     * @param changes told of each change of the state
     * @param gaveUp told when it is not to be registered at all
     */
    RegistrationReport(Registration registration, ServiceIdentity identity, ServiceRegistration.Kind kind, Worker clock,
            Standing beginning, Consumer<RegistrationChange> changes, LivelyMetrics metrics, Runnable gaveUp) {
        this.registration = registration;
        this.identity = identity;
        this.kind = kind;
        this.clock = clock;
        this.standing = beginning;
        this.changes = changes;
        this.metrics = metrics;
        this.gaveUp = gaveUp;
    }

    Standing standing() {
        return standing;
    }

    /** Callers that set metadata, and wait until they are stored. On the worker thread. */
    MetadataUpdates updates() {
        return updates;
    }

    /** Done once it is registered, even if as DOWN; fails if that was refused before. */
    CompletableFuture<Void> outcome() {
        return outcome;
    }

    /** Another start of the application goes on with it. */
    void handedOver() {
        stand(RegistrationState.STOPPED, "the application is reloaded: its next start goes on with it");
    }

    @Override
    public void registered(ServiceKeys keys, LeaseTerm lease, Wanted wanted) {
        Standing before = standing;
        lastRefusal = "";
        outcome.complete(null);
        stand(RegistrationState.REGISTERED, wanted.why(), keys, Optional.of(lease));
        keys.owner().value().map(Claim::getMetadataMap).ifPresent(updates::stored);
        if (before.state() != RegistrationState.REGISTERED) {
            LOG.infof("Registered %s as %s, under a lease of %d s", identity, word(wanted), lease.ttl().toSeconds());
        } else if (!before.reason().equals(wanted.why())) {
            LOG.infof("Published %s as %s", identity, word(wanted));
        }
    }

    private static String word(Wanted wanted) {
        return wanted.isUp() ? "UP" : "DOWN, since " + wanted.why();
    }

    @Override
    public void held(ServiceKeys keys, LeaseTerm lease, Hold hold) {
        RegistrationState before = standing.state();
        lastRefusal = "";
        outcome.complete(null);
        String why = "kept DOWN by " + PrintableText.of(hold.getBy())
                + (hold.getNote().isEmpty() ? "" : ": " + PrintableText.of(hold.getNote()))
                + (hold.getEnd() == 0 ? "" : ", until " + Instant.ofEpochMilli(hold.getEnd()))
                + (Holds.isEndIgnored(keys, hold) ? "; its end had passed when it was first seen, so it does not count" : "");
        stand(RegistrationState.HELD_DOWN, why, keys, Optional.of(lease));
        keys.owner().value().map(Claim::getMetadataMap).ifPresent(updates::stored);
        if (before != RegistrationState.HELD_DOWN) {
            LOG.warnf("%s is %s. What it says of itself will be published when that ends", identity, why);
        }
    }

    @Override
    public void nameLeadsTo(Optional<String> other) {
        if (!other.equals(holderOfName)) {
            holderOfName = other;
            other.ifPresent(uuid -> LOG.warnf("%s stays registered, but its type and host lead to the service %s, which"
                    + " another client has written. Delete that service, or choose %s", identity, PrintableText.of(uuid),
                    kind.remedy()));
        }
    }

    @Override
    public void tookOver(Claim former, Claim mine) {
        if (OwnerWrites.haveSameAddress(former, mine)) {
            LOG.infof("%s was still registered by the process that had the address %s before", identity, address(mine));
        } else {
            LOG.warnf(
                    "%s was registered by another process, at %s, and this one, at %s, has taken it over. If both are to live,"
                            + " give one of them %s",
                    identity, address(former), address(mine), kind.remedy());
        }
    }

    @Override
    public void fenced(Claim by) {
        RegistrationState before = standing.state();
        String why = "another process registered as the same service, at " + address(by)
                + "; if both are to live, give one of them " + kind.remedy();
        stand(RegistrationState.FENCED, why);
        if (before != RegistrationState.FENCED) {
            metrics.lost(Loss.FENCED);
            LOG.warnf("%s: %s. This process writes nothing of it any more", identity, why);
        }
    }

    @Override
    public void waitingFor(Claim owner) {
        String why = "WAITING_FOR the process at " + address(owner) + ", which is registered as the same service;"
                + " quarkus.lively.registration.on-conflict is 'wait'";
        explain(why);
        if (!why.equals(lastRefusal)) {
            lastRefusal = why;
            LOG.infof("%s is not registered yet: %s", identity, why);
        }
    }

    @Override
    public void refused(Claim owner) {
        String why = "another process, at " + address(owner) + ", is registered as the same service, and "
                + "quarkus.lively.registration.on-conflict is 'fail'; choose " + kind.remedy();
        stand(RegistrationState.STOPPED, why);
        LOG.errorf("%s is not registered: %s", identity, why);
        outcome.completeExceptionally(new IllegalStateException(why));
        gaveUp.run();
    }

    @Override
    public void nameTaken(ServiceKeys keys, boolean held, String uuid) {
        noteLoss(keys);
        String why = "NAME_TAKEN: the service " + PrintableText.of(uuid) + " has the type " + PrintableText.of(identity.type())
                + " and the host " + PrintableText.of(identity.host()) + " and is alive or held; choose " + kind.remedy()
                + ", or its uuid";
        if (standing.state() == RegistrationState.FENCED) {
            stand(RegistrationState.FENCED, "no other process is registered as the same service any more, but " + why);
        }
        refused(held, why);
    }

    @Override
    public void failed(ServiceKeys keys, boolean held, EtcdException cause) {
        noteLoss(keys);
        failed(held, cause);
        updates.failed(cause.kind() == EtcdException.Kind.DENIED ? new PermissionDeniedException(cause.getMessage(), cause)
                : metadataNotStored(cause.getMessage(), cause));
    }

    /**
     * There is no lease, and none is granted.
     *
     * @param held whether another party keeps the service DOWN
     */
    void failed(boolean held, EtcdException cause) {
        if (cause.isRefusal()) {
            refused(held, cause.getMessage());
        } else {
            explain(held, cause.getMessage());
        }
    }

    /**
     * It is over.
     *
     * @param keys as they are now; of an ephemeral service, as they were before it was deleted
     */
    void stopped(ServiceKeys keys, boolean ephemeral) {
        stand(RegistrationState.STOPPED, "it was stopped", keys, standing.lease());
        boolean down = !ephemeral && !keys.isClaimed()
                && keys.service().value().filter(record -> record.getStatus() == Status.DOWN).isPresent();
        if (down && kind == ServiceRegistration.Kind.APPLICATION) {
            LOG.infof("%s is DOWN in etcd. The application serves until it has stopped", identity);
        } else if (down) {
            LOG.infof("%s is DOWN in etcd", identity);
        } else if (keys.service().exists()) {
            LOG.infof("%s is not registered any more", identity);
        }
    }

    /** It is over, but its keys are not as they should be. That may still come. */
    void stoppedWithoutAWord(EtcdException cause) {
        String why = "it was stopped, but DOWN could not be written: " + cause.getMessage();
        if (!why.equals(standing.reason())) {
            stand(RegistrationState.STOPPED, why);
            LOG.warnf("%s could not be published as DOWN: %s. It expires with the lease of this process, if not before",
                    identity, cause.getMessage());
        }
    }

    /** Its lease may live on, but it is not registered when its keys are gone and cannot be put back. */
    private void noteLoss(ServiceKeys now) {
        ServiceKeys before = standing.keys();
        boolean gone = before.owner().exists() && !now.owner().exists() || before.up().exists() && !now.up().exists();
        if (gone && standing.state() == RegistrationState.REGISTERED) {
            lost(Loss.KEYS_DELETED, "its keys were deleted");
        }
    }

    /** There is no lease any more that is certain to live. */
    void leaseLost(Loss loss, String why) {
        if (standing.state() == RegistrationState.REGISTERED) {
            lost(loss, why);
        }
    }

    private void lost(Loss loss, String why) {
        stand(RegistrationState.LOST, why);
        metrics.lost(loss);
        LOG.warnf("%s is not registered any more, since %s. It will be registered again as soon as etcd allows it", identity,
                why);
    }

    /** The obstacle to the registration is the reason of STARTING and LOST. */
    void explain(String why) {
        if (standing.state() == RegistrationState.STARTING || standing.state() == RegistrationState.LOST) {
            stand(standing.state(), why);
        }
    }

    /** It is also the reason of HELD_DOWN once the hold is over. */
    private void explain(boolean held, String why) {
        if (standing.state() == RegistrationState.HELD_DOWN && !held) {
            stand(RegistrationState.HELD_DOWN, "nobody keeps it DOWN any more, but it cannot be published: " + why);
        } else {
            explain(why);
        }
    }

    /** Registered, it stays so as long as etcd renews the lease; but nothing can be looked at, or changed. */
    private void refused(boolean held, String why) {
        boolean registered = standing.state() == RegistrationState.REGISTERED;
        if (registered) {
            stand(RegistrationState.REGISTERED, "it is " + ServiceRecords.of(standing.keys()).status() + ", but " + why);
        } else {
            explain(held, why);
        }
        if (!why.equals(lastRefusal)) {
            lastRefusal = why;
            LOG.warnf("%s %s: %s. Trying again", identity,
                    registered ? "is registered, but that cannot be kept up" : "cannot be registered", why);
        }
        outcome.completeExceptionally(new IllegalStateException(why));
    }

    /** They are not lost. */
    RegistryUnavailableException metadataNotStored(String why, Throwable cause) {
        return new RegistryUnavailableException("The metadata of " + identity + " are not stored yet: " + why
                + ". They are kept, and published as soon as etcd allows", cause);
    }

    /** As nothing is published of it. */
    IllegalStateException metadataRefused(String why) {
        return new IllegalStateException("The metadata of " + identity + " cannot be published: " + why);
    }

    private void stand(RegistrationState state, String reason) {
        stand(state, reason, standing.keys(), standing.lease());
    }

    private void stand(RegistrationState state, String reason, ServiceKeys keys, Optional<LeaseTerm> lease) {
        RegistrationState before = standing.state();
        standing = standing.then(state, clock.now(), reason, keys, lease);
        switch (state) {
            case STARTING, LOST -> updates.kept();
            case FENCED, STOPPED, DISABLED -> updates.failed(metadataRefused("it is " + state + ", since " + reason));
            case REGISTERED, HELD_DOWN -> {
                // Once they are stored.
            }
        }
        if (before != state) {
            changes.accept(
                    new RegistrationChange(registration, kind == ServiceRegistration.Kind.APPLICATION, before, state, reason));
        }
    }

    private static String address(Claim claim) {
        return claim.getPort() == 0 ? "an unknown address" : PrintableText.of(claim.getAddress()) + ":" + claim.getPort();
    }
}
