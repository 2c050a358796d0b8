package io.quarkiverse.lively.runtime.view;

import java.time.Duration;
import java.util.function.Consumer;

import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.store.RegistryFeed;
import io.quarkiverse.lively.runtime.store.Replica;
import io.quarkiverse.lively.runtime.worker.Worker;

/**
 * Proves, while one watch lasts, up to which moment the replica holds everything. Now and then it asks etcd for its revision.
 * Once the replica is at that revision, or is seen to be what the registry was at it, it holds all that was written before the
 * question. On the worker only.
 * <p>
 * The watch itself proves nothing: before etcd 3.4.25 a progress notification overtakes changes that are still to be sent.
 */
final class Proof {

    /** What was written arrives sooner, as a rule, and then nobody needs to look at the registry. */
    private static final Duration USUAL_DELAY = Duration.ofMillis(300);

    private final RegistryFeed feed;
    private final Replica replica;
    private final Worker worker;
    private final ViewSettings settings;
    private final Consumer<Moment> proven;
    private final Consumer<EtcdException> failed;
    /** What is to be proven; null if nothing is. The first one first, or a replica that is always behind would prove none. */
    private Claim claim;
    private long movedAt;
    private boolean over;

    /**
     * @param revision of etcd when it was asked, or later
     */
    private record Claim(long revision, Moment asked) {
    }

    /**
     * @param proven told the moment before which everything was written that the replica holds
     * @param failed told if etcd does not answer, or its watch keeps something back. Then nothing more will be proven
     */
    Proof(RegistryFeed feed, Replica replica, Worker worker, ViewSettings settings, Consumer<Moment> proven,
            Consumer<EtcdException> failed) {
        this.feed = feed;
        this.replica = replica;
        this.worker = worker;
        this.settings = settings;
        this.proven = proven;
        this.failed = failed;
    }

    void start() {
        Moment asked = Moment.now(worker);
        worker.when(feed.revision(), (revision, failure) -> {
            if (over) {
                return;
            }
            if (failure != null) {
                fail(failure);
                return;
            }
            if (claim == null) {
                claim(new Claim(revision, asked));
            }
            worker.after(settings.progressInterval().minusNanos(worker.nanoTime() - asked.nanoTime()), () -> {
                if (!over) {
                    start();
                }
            });
        });
    }

    /** The replica has come further. */
    void moved() {
        movedAt = worker.nanoTime();
        if (claim != null && replica.cursor() >= claim.revision()) {
            prove();
        }
    }

    void close() {
        over = true;
    }

    private void claim(Claim made) {
        claim = made;
        moved();
        lookLater(made, USUAL_DELAY);
    }

    private void lookLater(Claim unproven, Duration delay) {
        if (claim == unproven) {
            worker.after(delay, () -> {
                if (isOpen(unproven)) {
                    look(unproven);
                }
            });
        }
    }

    /** Either what was written is none of the registry's, or it is still on its way. */
    private void look(Claim unproven) {
        Duration silence = Duration.ofNanos(worker.nanoTime() - movedAt);
        if (silence.compareTo(USUAL_DELAY) < 0) {
            lookLater(unproven, USUAL_DELAY.minus(silence));
            return;
        }
        worker.when(feed.extentAt(unproven.revision()), (extent, failure) -> {
            if (!isOpen(unproven)) {
                return;
            }
            if (failure != null && failure.kind() == EtcdException.Kind.COMPACTED) {
                // Nobody can tell any more. The next question is about a newer one.
                claim = null;
            } else if (failure != null) {
                fail(failure);
            } else if (replica.goesAsFarAs(extent)) {
                prove();
            } else if (worker.nanoTime() - movedAt >= settings.requestTimeout().toNanos()) {
                fail(new EtcdException(EtcdException.Kind.COMPACTED, "etcd has changes that its watch does not tell", null));
            } else {
                lookLater(unproven, USUAL_DELAY);
            }
        });
    }

    private boolean isOpen(Claim unproven) {
        return !over && claim == unproven;
    }

    private void prove() {
        Moment asked = claim.asked();
        claim = null;
        proven.accept(asked);
    }

    private void fail(EtcdException cause) {
        over = true;
        failed.accept(cause);
    }
}
