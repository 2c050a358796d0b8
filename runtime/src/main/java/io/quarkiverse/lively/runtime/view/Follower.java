package io.quarkiverse.lively.runtime.view;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

import org.jboss.logging.Logger;

import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.etcd.Watch;
import io.quarkiverse.lively.runtime.store.RegistryFeed;
import io.quarkiverse.lively.runtime.store.Replica;
import io.quarkiverse.lively.runtime.worker.Backoff;
import io.quarkiverse.lively.runtime.worker.Worker;

/**
 * Keeps the board in step with etcd: a list, then a watch from there on. When the watch ends it goes on from where it was, if
 * etcd still has that history, else with another list. All on the worker.
 */
final class Follower {

    private static final Logger LOG = Logger.getLogger(Follower.class);

    /** etcd tells a new watch what it has missed within this time, as a rule. */
    private static final Duration USUAL_DELAY = Duration.ofMillis(300);

    private final RegistryFeed feed;
    private final Replica replica;
    private final Board board;
    private final Worker worker;
    private final RandomGenerator random;
    private final ViewSettings settings;
    private final Backoff backoff;
    private Session session;
    private boolean missed;
    private boolean refreshing;
    private long wanted;
    private boolean refused;
    private boolean failed;
    private boolean closed;

    Follower(RegistryFeed feed, Replica replica, Board board, Worker worker, RandomGenerator random, ViewSettings settings) {
        this.feed = feed;
        this.replica = replica;
        this.board = board;
        this.worker = worker;
        this.random = random;
        this.settings = settings;
        this.backoff = new Backoff(settings.ttl(), random);
    }

    void start() {
        checkLater();
        list();
    }

    void close() {
        closed = true;
        if (session != null) {
            session.close();
        }
    }

    /** Starts anew with a list, since a task threw an exception. The list has all that the board has missed by that. */
    void recover(Throwable failure) {
        if (closed) {
            return;
        }
        if (!failed) {
            failed = true;
            LOG.error("A bug in Lively: the view of the fleet failed, and is read anew",
                    failure);
        }
        Session broken = session;
        session = null;
        refreshing = false;
        missed = true;
        board.fail();
        worker.after(backoff.next(), this::list);
        if (broken != null) {
            closeQuietly(broken);
        }
    }

    /** A session that failed may fail once more when it is closed. */
    private static void closeQuietly(Session broken) {
        try {
            broken.close();
        } catch (RuntimeException | Error e) {
            LOG.debug("not closed", e);
        }
    }

    /** Brings the board up to that revision, if it is behind. One list serves all who ask. */
    void refresh(long revision) {
        wanted = Math.max(wanted, revision);
        Session present = session;
        if (refreshing || closed || present == null || !present.confirmed || wanted <= replica.cursor()) {
            return;
        }
        long asked = wanted;
        refreshing = true;
        Moment askedAt = Moment.now(worker);
        worker.when(feed.list(), (snapshot, failure) -> {
            refreshing = false;
            if (closed || session != present) {
                // It may be of another history. The next session asks again.
                return;
            }
            if (failure == null && snapshot.revision() > replica.cursor()) {
                board.refreshed(replica.replace(snapshot), askedAt);
                present.proof.moved();
            }
            if (failure != null) {
                worker.after(backoff.next(), () -> refresh(wanted));
            } else if (wanted > asked) {
                // It may have been read before that revision was written.
                refresh(wanted);
            } else {
                wanted = 0;
            }
        });
    }

    /** Does nothing while a watch is open: after a failure, two lists may be on their way. */
    private void list() {
        if (closed || session != null) {
            return;
        }
        Moment askedAt = Moment.now(worker);
        worker.when(feed.list(), (snapshot, failure) -> {
            if (closed || session != null) {
                return;
            }
            if (failure != null) {
                sayIfRefused(failure);
                worker.after(backoff.next(), this::list);
                return;
            }
            // Changes between the cursor and the list are not delivered one by one.
            boolean skips = snapshot.revision() > replica.cursor();
            board.listed(replica.replace(snapshot), missed || skips, askedAt);
            missed = false;
            watch();
        });
    }

    private void watch() {
        if (closed || session != null) {
            return;
        }
        session = new Session();
        // With the last revision that is known: etcd 3.4 loses the deletions of the first one if that has just been compacted.
        session.watch = feed.watch(replica.cursor(), session);
    }

    /** etcd's watch has had bugs. What it lost would be missing for ever, so now and then the view is compared with a list. */
    private void checkLater() {
        long most = settings.checkInterval().toNanos();
        worker.after(Duration.ofNanos(most / 2 + random.nextLong(most / 2 + 1)), () -> {
            if (!closed) {
                checkLater();
                check();
            }
        });
    }

    private void check() {
        if (session == null || !session.caughtUp || board.isSuspect()) {
            return;
        }
        Fleet then = board.shown().fleet();
        Session checked = session;
        worker.when(feed.listAt(then.revision()), (snapshot, failure) -> {
            if (failure != null || session != checked) {
                return;
            }
            if (!then.hasSameServicesAs(Fleet.of(replica.another().replace(snapshot), worker.now()))) {
                LOG.warnf("The view was not what etcd had at revision %d. It is read anew", then.revision());
                session.end(new EtcdException(EtcdException.Kind.COMPACTED, "the watch lost changes", null));
            }
        });
    }

    /** Once, until it follows etcd again. That etcd cannot be reached is said elsewhere. */
    private void sayIfRefused(EtcdException cause) {
        if (cause.kind() != EtcdException.Kind.UNAVAILABLE && !refused) {
            refused = true;
            LOG.warnf(cause.kind() == EtcdException.Kind.COMPACTED
                    ? "The view cannot go on from where it was, so it is read anew: %s"
                    : "The view cannot follow etcd. Trying again. %s", cause.getMessage());
        }
    }

    /** One watch, from its beginning to its end. What comes after its end is nobody's. */
    private final class Session implements Watch.Listener {

        private final List<Watch.Response> unconfirmed = new ArrayList<>();
        private final Proof proof = new Proof(feed, replica, worker, settings, this::follow, this::end);
        /** Null until it is opened. */
        private Watch watch;
        private boolean confirmed;
        private boolean caughtUp;

        @Override
        public void created(long revision) {
            onWorker(this::confirm);
        }

        @Override
        public void responded(Watch.Response response) {
            onWorker(() -> {
                if (confirmed) {
                    apply(response);
                } else {
                    unconfirmed.add(response);
                }
            });
        }

        @Override
        public void ended(EtcdException cause) {
            onWorker(() -> end(cause));
        }

        /** Nothing is believed before etcd has shown that its history is still the one that is known here. */
        private void confirm() {
            worker.when(feed.confirm(replica.witness()), (same, failure) -> {
                if (session != this || closed) {
                    return;
                }
                if (failure != null) {
                    end(failure);
                } else if (!same) {
                    end(new EtcdException(EtcdException.Kind.COMPACTED, "etcd has another history than before", null));
                } else {
                    begin();
                }
            });
        }

        private void begin() {
            confirmed = true;
            unconfirmed.forEach(this::apply);
            unconfirmed.clear();
            proof.start();
            worker.after(USUAL_DELAY, () -> refresh(wanted));
        }

        private void apply(Watch.Response response) {
            if (!response.events().isEmpty()) {
                board.changed(replica.apply(response.events()));
                proof.moved();
            }
        }

        private void follow(Moment asOf) {
            board.follow(asOf);
            if (!caughtUp) {
                caughtUp = true;
                refused = false;
                failed = false;
                backoff.reset();
                LOG.infof("The view of the fleet is current, at revision %d", replica.cursor());
            }
        }

        private void end(EtcdException cause) {
            close();
            session = null;
            if (caughtUp) {
                LOG.warnf("The view of the fleet is stale from now on: %s", cause.getMessage());
                refused = cause.isRefusal();
            } else {
                sayIfRefused(cause);
            }
            board.lag();
            switch (cause.kind()) {
                case UNAVAILABLE -> worker.after(backoff.next(), Follower.this::watch);
                // What happens meanwhile may be found by the list: without the watch, that is better than nothing.
                case REFUSED, DENIED -> worker.after(backoff.next(), Follower.this::list);
                default -> {
                    missed = true;
                    worker.after(backoff.next(), Follower.this::list);
                }
            }
        }

        private void close() {
            proof.close();
            if (watch != null) {
                watch.close();
            }
        }

        private void onWorker(Runnable task) {
            worker.execute(() -> {
                if (session == this && !closed) {
                    task.run();
                }
            });
        }
    }
}
