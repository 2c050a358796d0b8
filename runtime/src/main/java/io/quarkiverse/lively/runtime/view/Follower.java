package io.quarkiverse.lively.runtime.view;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

import org.jboss.logging.Logger;

import io.quarkiverse.lively.runtime.etcd.EtcdException;
import io.quarkiverse.lively.runtime.etcd.Watch;
import io.quarkiverse.lively.runtime.registration.Backoff;
import io.quarkiverse.lively.runtime.registration.Worker;
import io.quarkiverse.lively.runtime.store.RegistryFeed;
import io.quarkiverse.lively.runtime.store.Replica;

/**
 * Keeps the board in step with etcd: a list, then a watch from there on. When the watch ends it goes on from where it was, if
 * etcd still has that history, else with another list. All on the worker.
 */
final class Follower {

    private static final Logger LOG = Logger.getLogger(Follower.class);

    /** etcd sends what a watch has missed in batches, a tenth of a second apart. Longer silence means that it is done. */
    private static final Duration SILENCE = Duration.ofMillis(300);

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
        list();
        checkLater();
    }

    void close() {
        closed = true;
        if (session != null) {
            session.close();
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
        worker.when(feed.list(), (snapshot, failure) -> {
            refreshing = false;
            if (closed || session != present) {
                // It may be of another history. The next session asks again.
                return;
            }
            if (failure == null && snapshot.revision() > replica.cursor()) {
                board.listed(replica.replace(snapshot), false, false);
            }
            if (wanted > asked) {
                // It may have been read before that revision was written.
                refresh(wanted);
            } else {
                wanted = 0;
            }
        });
    }

    private void list() {
        worker.when(feed.list(), (snapshot, failure) -> {
            if (closed) {
                return;
            }
            if (failure != null) {
                sayIfRefused(failure);
                worker.after(backoff.next(), this::list);
                return;
            }
            refused = false;
            board.listed(replica.replace(snapshot), missed, true);
            LOG.infof("The view of the fleet is current, at revision %d", replica.cursor());
            missed = false;
            watch(true);
        });
    }

    /**
     * @param current whether nothing was missed yet
     */
    private void watch(boolean current) {
        if (closed) {
            return;
        }
        session = new Session(current);
        session.watch = feed.watch(replica.cursor() + 1, session);
    }

    /** etcd's watch has had bugs. What it lost would be missing for ever, so now and then the view is compared with a list. */
    private void checkLater() {
        long most = settings.checkInterval().toNanos();
        worker.after(Duration.ofNanos(most / 2 + random.nextLong(most / 2 + 1)), () -> {
            if (!closed) {
                check();
                checkLater();
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
            if (!then.hasSameServicesAs(Fleet.of(replica.another().replace(snapshot)))) {
                LOG.warnf("The view was not what etcd had at revision %d. It is read anew", then.revision());
                session.end(new EtcdException(EtcdException.Kind.COMPACTED, "the watch lost changes", null));
            }
        });
    }

    private void sayIfRefused(EtcdException cause) {
        if (cause.kind() != EtcdException.Kind.UNAVAILABLE && !refused) {
            refused = true;
            LOG.warnf("The view cannot be read. Trying again. %s", cause.getMessage());
        }
    }

    /** One watch, from its beginning to its end. What comes after its end is nobody's. */
    private final class Session implements Watch.Listener {

        private final List<Watch.Response> unconfirmed = new ArrayList<>();
        private Watch watch;
        private boolean confirmed;
        private boolean caughtUp;
        private boolean silent;
        private long head;
        private long heardAt;

        Session(boolean current) {
            caughtUp = current;
        }

        @Override
        public void created(long revision) {
            onWorker(() -> confirm(revision));
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
        private void confirm(long revision) {
            head = revision;
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
            backoff.reset();
            heard();
            board.heard();
            catchUpAt(head);
            if (!caughtUp) {
                later(SILENCE, this::listenForSilence);
            }
            unconfirmed.forEach(this::apply);
            unconfirmed.clear();
            later(SILENCE, () -> refresh(wanted));
            later(settings.progressInterval(), this::askForLife);
        }

        private void apply(Watch.Response response) {
            heard();
            if (response.events().isEmpty()) {
                board.heard();
                if (silent) {
                    catchUp();
                }
                return;
            }
            silent = false;
            board.changed(replica.apply(response.events()));
            catchUpAt(head);
        }

        private void catchUpAt(long revision) {
            if (replica.cursor() >= revision) {
                catchUp();
            }
        }

        private void catchUp() {
            if (!caughtUp) {
                caughtUp = true;
                board.follow(true);
                LOG.infof("The view of the fleet is current, at revision %d", replica.cursor());
            }
        }

        /**
         * An etcd before 3.4.25 answers at once, also when it still has something to send: so it must have been silent, too.
         */
        private void listenForSilence() {
            if (!caughtUp) {
                silent = true;
                watch.askForProgress();
                later(SILENCE, this::listenForSilence);
            }
        }

        private void askForLife() {
            long askedAt = worker.nanoTime();
            watch.askForProgress();
            later(settings.requestTimeout(), () -> {
                if (heardAt - askedAt < 0) {
                    end(new EtcdException(EtcdException.Kind.UNAVAILABLE, "etcd does not answer on the watch any more", null));
                }
            });
            later(settings.progressInterval(), this::askForLife);
        }

        private void heard() {
            heardAt = worker.nanoTime();
        }

        private void end(EtcdException cause) {
            close();
            session = null;
            if (caughtUp) {
                LOG.warnf("The view of the fleet is stale from now on: %s", cause.getMessage());
            }
            board.follow(false);
            if (cause.kind() == EtcdException.Kind.UNAVAILABLE) {
                worker.after(backoff.next(), () -> watch(false));
            } else {
                missed = true;
                worker.after(backoff.next(), Follower.this::list);
            }
        }

        private void close() {
            watch.close();
        }

        private void onWorker(Runnable task) {
            worker.execute(() -> {
                if (session == this && !closed) {
                    task.run();
                }
            });
        }

        private void later(Duration delay, Runnable task) {
            worker.after(delay, () -> {
                if (session == this && !closed) {
                    task.run();
                }
            });
        }
    }
}
