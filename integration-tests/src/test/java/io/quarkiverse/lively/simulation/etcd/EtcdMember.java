package io.quarkiverse.lively.simulation.etcd;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import com.google.protobuf.ByteString;

import io.grpc.StatusRuntimeException;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.Watch;
import io.quarkiverse.lively.simulation.Scheduler;

/** One member: what it has applied, the leader that it knows, and its clients. */
public final class EtcdMember {

    /** Between two looks at the watches that catch up. */
    private static final long CATCH_UP = TimeUnit.MILLISECONDS.toNanos(100);
    /** After so long without a leader the member ends its streams. */
    private static final long STREAMS_WITHOUT_LEADER = TimeUnit.SECONDS.toNanos(3);

    private final EtcdCluster cluster;
    private final int index;
    private final List<MemberConnection> connections = new ArrayList<>();
    private boolean isLearner;
    private boolean running = true;
    private boolean frozen;
    /** It has known a leader since its start, and only then serves clients. */
    private boolean ready;
    /** Members of different partitions do not reach each other. */
    private int partition;
    /** Tasks that were due while it was frozen. */
    private final List<Held> held = new ArrayList<>();

    private EtcdMember knownLeader;
    private boolean isLeaderLost;
    private Scheduler.Timer loss;
    private Scheduler.Timer learning;
    private Scheduler.Timer endOfStreams;
    /** When the leases run out by a former leader that does not know yet that it is one; else null. */
    private Map<Long, Long> formerExpiries;
    private boolean wasFrozenAsLeader;

    private int applied;
    private long lag;
    private Scheduler.Timer applying;
    private final Queue<Waiter> waiters = new ArrayDeque<>();
    /** Requests that wait for the leader. */
    private final List<Waiting> waiting = new ArrayList<>();

    private final List<MemberWatch> rangeWatches = new ArrayList<>();
    private final Map<ByteString, List<MemberWatch>> keyWatches = new LinkedHashMap<>();
    private final List<MemberWatch> unsynced = new ArrayList<>();
    private Scheduler.Timer catchUp;

    private long watchDelay;
    private boolean rejectsTokens;
    private boolean isTooBusy;

    private record Held(MemberConnection connection, Runnable task) {
    }

    private record Waiter(int index, Runnable task) {
    }

    private record Waiting(Pending<?> request, Runnable attempt) {
    }

    EtcdMember(EtcdCluster cluster, int index, boolean isLearner) {
        this.cluster = cluster;
        this.index = index;
        this.isLearner = isLearner;
    }

    public int index() {
        return index;
    }

    /** Whether connections are accepted. A frozen member accepts them and answers nothing. */
    public boolean listens() {
        return running && ready;
    }

    /** Whether requests and pings are answered at all. */
    public boolean answers() {
        return listens() && !frozen;
    }

    public boolean isRunning() {
        return running;
    }

    public boolean isFrozen() {
        return frozen;
    }

    public boolean isLearner() {
        return isLearner;
    }

    /** The last revision that its reads and watches see. */
    public long appliedRevision() {
        return cluster.entry(applied).revision();
    }

    /**
     * Accepts a connection.
     *
     * @param who the client, for the trace and for the witness
     * @param broken called if the member ends the connection, by a fault, and never by a call of the client
     * @throws IllegalStateException if the member does not listen
     */
    public ServerConnection connect(String who, Runnable broken) {
        if (!listens()) {
            throw new IllegalStateException(this + " does not listen");
        }
        MemberConnection connection = new MemberConnection(this, cluster, who, broken);
        connections.add(connection);
        return connection;
    }

    /** The connections and watches that are open, for a check that nothing leaks. */
    public int connections() {
        return connections.size();
    }

    public int watches() {
        return rangeWatches.size() + keyWatches.values().stream().mapToInt(List::size).sum();
    }

    @Override
    public String toString() {
        return "etcd-" + index;
    }

    Version version() {
        return cluster.version();
    }

    long now() {
        return cluster.now();
    }

    long processing() {
        return cluster.processing();
    }

    /** Until a request is dealt with that the leader takes part in. */
    long delay() {
        return knownLeader == this ? processing() : processing() + cluster.hop();
    }

    int revisionsAResponse() {
        return cluster.revisionsAResponse();
    }

    long progressInterval() {
        return cluster.progressInterval();
    }

    long compactedRevision() {
        return cluster.entry(applied).compacted();
    }

    void trace(Supplier<String> what) {
        cluster.trace(this, what);
    }

    /** Runs a task of this process for a connection, after a thaw if it is frozen then, and never if the connection is over. */
    Scheduler.Timer after(long delay, MemberConnection connection, Runnable task) {
        return cluster.after(delay, () -> run(connection, task));
    }

    private void run(MemberConnection connection, Runnable task) {
        if (!connection.isOver()) {
            if (frozen) {
                held.add(new Held(connection, task));
            } else {
                task.run();
            }
        }
    }

    // Requests

    /** Whether this member takes the request on; if not, the request has failed. */
    boolean admits(Pending<?> request) {
        Refusal refusal = refusalOf(request.connection, request.kind);
        if (refusal == null && request.kind.isProposed()) {
            refusal = isTooBusy ? Refusal.TOO_MANY_REQUESTS
                    : request.kind != Pending.Kind.GRANT && cluster.deniesWrites() ? Refusal.DENIED : null;
        }
        if (refusal != null) {
            request.failed(refusal);
        }
        return refusal == null;
    }

    /** Null if the client is served. 3.4 renews and grants leases without a user, and renews also with an old token. */
    private Refusal refusalOf(MemberConnection connection, Pending.Kind kind) {
        if (isLearner) {
            return Refusal.LEARNER;
        } else if (knownLeader == null) {
            return Refusal.NO_LEADER;
        }
        boolean isOld = version() == Version.V3_4;
        if (isOld && (kind == Pending.Kind.RENEWAL || kind == Pending.Kind.GRANT && connection.token() == 0)) {
            return null;
        }
        Refusal ofToken = cluster.refusalOf(connection.token());
        return ofToken == null && rejectsTokens && cluster.requiresUsers() ? Refusal.UNKNOWN_TOKEN : ofToken;
    }

    <T> void propose(Proposal<T> proposal) {
        EtcdMember leader = knownLeader;
        if (leader != null && leader == cluster.leader() && cluster.connected(this, leader)) {
            cluster.accept(proposal);
        } else {
            // Sent to a member that is not there, or that is the leader no longer.
            waiting.add(new Waiting(proposal, null));
            proposal.giveUpInTime();
        }
    }

    /** A linearizable read: of at least what the leader has committed by now. */
    <T> void read(Pending<T> request, Supplier<T> effect) {
        if (knownLeader == null) {
            request.failed(Refusal.NO_LEADER);
        } else if (knownLeader == cluster.leader() && cluster.connected(this, knownLeader) && cluster.isLed()) {
            whenApplied(cluster.committed(), () -> {
                if (!request.isDone()) {
                    try {
                        request.answered(effect.get());
                    } catch (StatusRuntimeException e) {
                        request.failed(e);
                    }
                }
            });
        } else {
            // 3.4 asks the leader once, later versions each 500 ms.
            await(request, version() == Version.V3_4 ? null : () -> read(request, effect));
        }
    }

    /** Forwarded to the leader that this member knows, without a proposal. A member that lags succeeds, too. */
    void renew(long id, Pending<Etcd.Lease> request) {
        EtcdMember leader = knownLeader;
        if (leader == null || !cluster.connected(this, leader) || !leader.renewsAsLeader(id, request)) {
            await(request, () -> renew(id, request));
        }
    }

    /** @return false if there is no answer at present */
    private boolean renewsAsLeader(long id, Pending<Etcd.Lease> request) {
        if (cluster.leader() == this) {
            return cluster.renew(id, request);
        }
        if (formerExpiries == null) {
            return false;
        }
        if (wasFrozenAsLeader && version() != Version.V3_4) {
            // Asks the other members whether it still leads, since its clock has stopped.
            request.failed(Refusal.NOT_PRIMARY);
            return true;
        }
        Long expires = formerExpiries.get(id);
        if (expires == null) {
            request.failed(Refusal.LEASE_NOT_FOUND);
            return true;
        }
        if (expires <= now()) {
            return false;
        }
        long ttl = cluster.ttlOf(id);
        formerExpiries.put(id, now() + TimeUnit.SECONDS.toNanos(ttl));
        trace(() -> "renews lease " + Long.toHexString(id) + ", though it leads no more");
        request.answered(EtcdCluster.lease(id, ttl));
        return true;
    }

    private void await(Pending<?> request, Runnable attempt) {
        if (!request.isDone()) {
            waiting.add(new Waiting(request, attempt));
            request.giveUpInTime();
        }
    }

    void forget(Pending<?> request) {
        if (!waiting.isEmpty()) {
            waiting.removeIf(each -> each.request == request);
        }
    }

    /** Tries those again that wait for the leader. */
    void retry() {
        if (!waiting.isEmpty() && running && !frozen) {
            List<Waiting> again = waiting.stream().filter(each -> each.attempt != null).toList();
            waiting.removeAll(again);
            again.forEach(each -> {
                if (!each.request.isDone()) {
                    each.attempt.run();
                }
            });
        }
    }

    private void failWaiting(Pending.Kind kind, Refusal refusal) {
        for (Waiting each : new ArrayList<>(waiting)) {
            if (each.request.kind == kind) {
                each.request.failed(refusal);
            }
        }
    }

    // The log

    /** Runs the task once so much of the log is applied. */
    void whenApplied(int commits, Runnable task) {
        if (applied >= commits) {
            task.run();
        } else {
            waiters.add(new Waiter(commits, task));
        }
    }

    void scheduleApply() {
        if (applying == null && applied < cluster.committed() && running && !frozen) {
            long delay = this == cluster.leader() && lag == 0 ? 0
                    : cluster.entry(applied + 1).time() + lag + cluster.hop() - now();
            if (delay <= 0) {
                apply();
            } else {
                applying = cluster.after(delay, () -> {
                    applying = null;
                    apply();
                });
            }
        }
    }

    private void apply() {
        EtcdMember leader = cluster.leader();
        if (!running || frozen || leader == null || !cluster.connected(this, leader)) {
            return;
        }
        boolean whole = lag == 0;
        while (applied < cluster.committed() && (whole || cluster.entry(applied + 1).time() + lag <= now())) {
            long before = appliedRevision();
            applied++;
            long revision = appliedRevision();
            if (revision > before) {
                dispatch(revision, cluster.store().revision(revision).events());
            }
            while (!waiters.isEmpty() && waiters.peek().index <= applied) {
                waiters.poll().task.run();
            }
        }
        if (compactedRevision() > 0 && !unsynced.isEmpty()) {
            scheduleCatchUp();
        }
        scheduleApply();
    }

    /** Its data are others now. */
    void reset(int appliedNow) {
        applied = appliedNow;
        waiters.clear();
    }

    void setLag(long nanos) {
        lag = nanos;
        if (applying != null) {
            applying.cancel();
            applying = null;
        }
        scheduleApply();
    }

    // Watches

    void open(MemberWatch watch, MemberConnection connection) {
        Refusal refusal = refusalOf(connection, Pending.Kind.READ);
        if (refusal == null && watch.range().isEmpty()) {
            watch.end(Refusal.emptyWatch());
        } else if (refusal == null) {
            watch.open();
        } else {
            watch.end(refusal == Refusal.LEARNER || refusal == Refusal.NO_LEADER ? refusal.in(version())
                    : Refusal.deniedWatch());
        }
    }

    void add(MemberWatch watch) {
        if (watch.range().isSingle()) {
            keyWatches.computeIfAbsent(watch.range().from(), key -> new ArrayList<>(1)).add(watch);
        } else {
            rangeWatches.add(watch);
        }
        if (!watch.isSynced()) {
            unsynced.add(watch);
            scheduleCatchUp();
        }
    }

    void remove(MemberWatch watch) {
        if (watch.range().isSingle()) {
            keyWatches.computeIfPresent(watch.range().from(), (key, watches) -> {
                watches.remove(watch);
                return watches.isEmpty() ? null : watches;
            });
        } else {
            rangeWatches.remove(watch);
        }
        unsynced.remove(watch);
    }

    private void dispatch(long revision, List<Watch.Event> events) {
        for (int i = 0; i < rangeWatches.size(); i++) {
            rangeWatches.get(i).applied(revision, events);
        }
        if (!keyWatches.isEmpty()) {
            for (Watch.Event event : events) {
                List<MemberWatch> watches = keyWatches.get(event.entry().key());
                if (watches != null) {
                    watches.forEach(watch -> watch.applied(revision, events));
                }
            }
        }
    }

    private void scheduleCatchUp() {
        if (catchUp == null) {
            catchUp = cluster.after(cluster.random(CATCH_UP), this::catchUp);
        }
    }

    private void catchUp() {
        catchUp = null;
        if (frozen || !running) {
            return;
        }
        for (MemberWatch watch : List.copyOf(unsynced)) {
            watch.catchUp(cluster.store(), appliedRevision(), compactedRevision());
        }
        unsynced.removeIf(MemberWatch::isSynced);
        if (!unsynced.isEmpty()) {
            scheduleCatchUp();
        }
    }

    void remove(MemberConnection connection) {
        connections.remove(connection);
        List<MemberWatch> watches = new ArrayList<>();
        allWatches().stream().filter(watch -> watch.connection() == connection).forEach(watches::add);
        watches.forEach(MemberWatch::cancel);
        waiting.removeIf(each -> each.request.connection == connection && !each.request.kind.isProposed());
    }

    private List<MemberWatch> allWatches() {
        List<MemberWatch> all = new ArrayList<>(rangeWatches);
        keyWatches.values().forEach(all::addAll);
        return all;
    }

    // The leader

    int partition() {
        return partition;
    }

    void setPartition(int number) {
        partition = number;
    }

    void promote() {
        isLearner = false;
    }

    boolean isUp() {
        return running && !frozen;
    }

    /** Something has changed that decides about which members reach each other. */
    void lookForLeader() {
        if (!isUp()) {
            return;
        }
        EtcdMember leader = cluster.leader();
        if (cluster.isLed() && cluster.connected(this, leader)) {
            loss = cancelled(loss);
            if (knownLeader == leader) {
                retry();
            } else if (isLeaderLost && version() == Version.V3_4 && !isLearner) {
                // Without a pre-vote it comes back with a higher term than that of the leader.
                isLeaderLost = false;
                cluster.disrupt(this);
            } else if (learning == null) {
                learning = cluster.after(this == leader ? 0 : cluster.random(EtcdCluster.HEARTBEAT), this::learn);
            }
            scheduleApply();
        } else if (knownLeader != null && loss == null) {
            loss = cluster.after(cluster.electionTimeout(), this::lose);
        }
    }

    /** It has taken part in the election. */
    void vote() {
        isLeaderLost = false;
    }

    private void learn() {
        learning = null;
        EtcdMember leader = cluster.leader();
        if (isUp() && cluster.isLed() && cluster.connected(this, leader)) {
            know(leader);
        }
    }

    void know(EtcdMember leader) {
        if (knownLeader == leader) {
            return;
        }
        trace(() -> "knows that " + leader + " leads");
        knownLeader = leader;
        ready = true;
        isLeaderLost = false;
        formerExpiries = null;
        wasFrozenAsLeader = false;
        endOfStreams = cancelled(endOfStreams);
        loss = cancelled(loss);
        failWaiting(Pending.Kind.READ, Refusal.LEADER_CHANGED);
        retry();
        scheduleApply();
    }

    private void lose() {
        loss = null;
        if (isUp() && !(cluster.isLed() && cluster.connected(this, cluster.leader()))) {
            isLeaderLost = cluster.size() > 1;
            knowNone();
            cluster.leaderLostBy(this);
        }
    }

    /** It knows that there is no leader. */
    void knowNone() {
        if (knownLeader == null) {
            return;
        }
        trace(() -> "knows no leader");
        knownLeader = null;
        formerExpiries = null;
        wasFrozenAsLeader = false;
        if (endOfStreams == null) {
            endOfStreams = cluster.after(STREAMS_WITHOUT_LEADER, this::endStreams);
        }
    }

    private void endStreams() {
        endOfStreams = null;
        if (isUp() && knownLeader == null) {
            failWaiting(Pending.Kind.RENEWAL, Refusal.NO_LEADER);
            allWatches().forEach(watch -> watch.end(Refusal.NO_LEADER.in(version())));
        }
    }

    /** Another member was elected, and this one does not know it yet. */
    void deposed(Map<Long, Long> expiries) {
        if (knownLeader == this) {
            formerExpiries = expiries;
            wasFrozenAsLeader = frozen;
        }
    }

    private static Scheduler.Timer cancelled(Scheduler.Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
        return null;
    }

    // Faults of this member

    void kill() {
        running = false;
        frozen = false;
        ready = false;
        knownLeader = null;
        isLeaderLost = false;
        formerExpiries = null;
        held.clear();
        waiters.clear();
        waiting.clear();
        allWatches().forEach(MemberWatch::stop);
        rangeWatches.clear();
        keyWatches.clear();
        unsynced.clear();
        loss = cancelled(loss);
        learning = cancelled(learning);
        endOfStreams = cancelled(endOfStreams);
        applying = cancelled(applying);
        catchUp = cancelled(catchUp);
        List<MemberConnection> broken = new ArrayList<>(connections);
        connections.clear();
        broken.forEach(MemberConnection::breakOff);
    }

    void start() {
        running = true;
    }

    void freeze() {
        frozen = true;
        loss = cancelled(loss);
        learning = cancelled(learning);
        applying = cancelled(applying);
    }

    /** Serves the requests that have arrived in the meantime, in their order, before it notices anything else. */
    void thaw() {
        frozen = false;
        List<Held> served = new ArrayList<>(held);
        held.clear();
        long delay = 0;
        for (Held each : served) {
            delay += cluster.random(TimeUnit.MICROSECONDS.toNanos(20));
            after(delay, each.connection, each.task);
        }
        if (knownLeader == null && ready && endOfStreams == null) {
            endOfStreams = cluster.after(STREAMS_WITHOUT_LEADER, this::endStreams);
        }
        if (!unsynced.isEmpty()) {
            scheduleCatchUp();
        }
    }

    long watchDelay() {
        return watchDelay;
    }

    void delayWatches(long nanos) {
        watchDelay = nanos;
        if (nanos == 0) {
            allWatches().forEach(MemberWatch::hurry);
        }
    }

    void rejectTokens(boolean rejects) {
        rejectsTokens = rejects;
    }

    void beTooBusy(boolean busy) {
        isTooBusy = busy;
    }
}
