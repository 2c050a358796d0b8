package io.quarkiverse.lively.simulation.etcd;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import com.google.protobuf.ByteString;

import io.grpc.StatusRuntimeException;
import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.KeyValue;
import io.quarkiverse.lively.runtime.etcd.Transaction;
import io.quarkiverse.lively.simulation.Scheduler;

/**
 * All members of one etcd, the log that they agree on, and the faults. One log serves all members; each member has a place in
 * it up to which it has applied it. A leader is there from the start.
 * <p>
 * The store of the embedded etcd does not serve here: it knows one member, forgets what it compacts, and keeps its entries as
 * messages of protobuf, which would have to be converted in each call.
 */
public final class EtcdCluster {

    static final long HEARTBEAT = TimeUnit.MILLISECONDS.toNanos(100);
    static final long ELECTION = TimeUnit.SECONDS.toNanos(1);
    static final long REQUEST_TIMEOUT = TimeUnit.SECONDS.toNanos(7);
    private static final long LEASE_TICK = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long PROGRESS = TimeUnit.MINUTES.toNanos(10);
    private static final long LEAST_TTL = 2;
    private static final long MOST_TTL = 9_000_000_000L;

    private final Scheduler scheduler;
    private final RandomGenerator random;
    private final Version version;
    private final List<EtcdMember> members = new ArrayList<>();
    private final List<Witness> witnesses = new ArrayList<>();
    private Consumer<Supplier<String>> trace;

    private Store store = new Store();
    private final Leases leases = new Leases();
    private Transactions transactions;
    private final List<Entry> log = new ArrayList<>();

    private EtcdMember leader;
    /** What the leader has accepted, or the last one had. */
    private final ArrayDeque<Proposal<?>> accepted = new ArrayDeque<>();
    private long lastReplicated;
    private Scheduler.Timer committing;
    /** The member whose log has what is accepted; null if none has. */
    private EtcdMember holder;
    /** How much of it others have as well, since the majority was lost; -1 before. */
    private int replicated = -1;
    private Scheduler.Timer election;
    private Scheduler.Timer leaseTick;
    private long leaseTickAt;

    private boolean hasNoSpace;
    private boolean requiresUsers;
    private long token = 1;
    private boolean deniesWrites;
    private long progressInterval = PROGRESS;
    private int revisionsAResponse = 1_000;

    /**
     * One committed proposal.
     *
     * @param revision of the store since then
     * @param compacted the oldest revision that can be read since then
     * @param time of the commit
     */
    record Entry(long revision, long compacted, long time) {
    }

    public EtcdCluster(Scheduler scheduler, RandomGenerator random, Version version, int members) {
        this.scheduler = scheduler;
        this.random = random;
        this.version = version;
        this.transactions = new Transactions(version, store, leases);
        log.add(new Entry(Store.FIRST_REVISION, -1, scheduler.now()));
        for (int i = 0; i < members; i++) {
            this.members.add(new EtcdMember(this, i, false));
        }
        lead(this.members.get(random.nextInt(members)));
        this.members.forEach(member -> member.know(leader));
    }

    // What there is

    public int size() {
        return members.size();
    }

    public EtcdMember member(int index) {
        return members.get(index);
    }

    public List<EtcdMember> members() {
        return List.copyOf(members);
    }

    public Version version() {
        return version;
    }

    /** Null if there is none, or if it cannot reach the majority and another one is not elected yet. */
    public EtcdMember currentLeader() {
        return isLed() ? leader : null;
    }

    /** Notified of each commit at once, before any client; in the order of these calls. */
    public void witness(Witness witness) {
        witnesses.add(witness);
    }

    /** Receives the steps of etcd as text. The text is made only if the consumer asks for it. */
    public void trace(Consumer<Supplier<String>> consumer) {
        trace = consumer;
    }

    /** The last committed revision. */
    public long revision() {
        return store.revision();
    }

    /** The oldest revision that can be read; -1 if nothing was compacted. */
    public long compactedRevision() {
        return last().compacted();
    }

    /** The key as it was at that revision, also if that is compacted; null if it did not exist. */
    public KeyValue find(ByteString key, long revision) {
        return store.find(key, revision);
    }

    /** A range as it was at that revision, also if that is compacted, by key. */
    public List<KeyValue> read(ByteString from, ByteString to, long revision) {
        return store.read(from, to, revision);
    }

    /** What that revision changed; it is greater than 1. */
    public List<Change> changes(long revision) {
        return store.revision(revision).changes();
    }

    public List<LeaseState> leases() {
        return leases.all().stream().map(EtcdCluster::state).toList();
    }

    /** Null if it does not exist. */
    public LeaseState lease(long id) {
        Leases.Lease lease = leases.get(id);
        return lease == null ? null : state(lease);
    }

    private static LeaseState state(Leases.Lease lease) {
        return new LeaseState(lease.id, lease.ttl, lease.renewed, lease.expires, List.copyOf(lease.keys));
    }

    // Faults

    /** As a crash: connections break, and what was in memory is lost. */
    public void kill(int index) {
        EtcdMember member = members.get(index);
        if (member.isRunning()) {
            trace(member, () -> "is killed");
            boolean led = member == leader;
            member.kill();
            if (led) {
                leader = null;
            }
            reconsider();
        }
    }

    /** Starts a member on its data. It listens once it knows a leader. */
    public void start(int index) {
        EtcdMember member = members.get(index);
        if (!member.isRunning()) {
            trace(member, () -> "is started");
            member.start();
            reconsider();
        }
    }

    /** Connections stay open, and requests are served after the thaw. */
    public void freeze(int index) {
        EtcdMember member = members.get(index);
        if (member.isUp()) {
            trace(member, () -> "is frozen");
            member.freeze();
            reconsider();
        }
    }

    public void thaw(int index) {
        EtcdMember member = members.get(index);
        if (member.isFrozen()) {
            trace(member, () -> "is thawed");
            member.thaw();
            reconsider();
        }
    }

    /** Cuts the network between these members and the others. Clients reach all. */
    public void isolate(int... indexes) {
        trace(null, () -> "members " + Arrays.toString(indexes) + " are cut off from the others");
        int partition = 1 + members.stream().mapToInt(EtcdMember::partition).max().orElse(0);
        for (int index : indexes) {
            members.get(index).setPartition(partition);
        }
        reconsider();
    }

    /** Mends the network between all members. */
    public void heal() {
        trace(null, () -> "the network between the members is whole");
        members.forEach(member -> member.setPartition(0));
        reconsider();
    }

    /** The watches of the member tell what happens that much later than its reads, until it is called with 0. */
    public void delayWatches(int index, Duration delay) {
        trace(members.get(index), () -> "delays its watches by " + delay.toMillis() + " ms");
        members.get(index).delayWatches(delay.toNanos());
    }

    /** The member applies each commit that much later, and so reads and watches lag, until it is called with 0. */
    public void lag(int index, Duration delay) {
        trace(members.get(index), () -> "lags by " + delay.toMillis() + " ms");
        members.get(index).setLag(delay.toNanos());
    }

    /** The leader hands over to another member if there is one; no member leads for up to 0.5 s. */
    public void changeLeader() {
        if (isLed()) {
            EtcdMember former = leader;
            trace(former, () -> "hands over");
            stepDown();
            elect(random(TimeUnit.MILLISECONDS.toNanos(500)), former);
        }
    }

    /** One more member, which serves no clients. */
    public EtcdMember addLearner() {
        EtcdMember learner = new EtcdMember(this, members.size(), true);
        learner.reset(committed());
        members.add(learner);
        reconsider();
        return learner;
    }

    /** Makes a learner a member that votes and serves. */
    public void promote(int index) {
        members.get(index).promote();
        reconsider();
    }

    /**
     * Forgets what was before that revision.
     *
     * @throws StatusRuntimeException if that revision is compacted already or still to come
     */
    public void compact(long revision) {
        if (revision <= compactedRevision()) {
            throw Refusal.COMPACTED.in(version);
        }
        if (revision > store.revision()) {
            throw Refusal.FUTURE_REVISION.in(version);
        }
        trace(null, () -> "compacts up to " + revision);
        append(revision);
        witnesses.forEach(witness -> witness.compacted(revision));
    }

    /** All data and leases are gone. The members that run start again, with broken connections. */
    public void wipe() {
        trace(null, () -> "is wiped");
        replace(new Store(), -1, List.of());
        witnesses.forEach(Witness::wiped);
    }

    public Backup backup() {
        return new Backup(new Store(store), compactedRevision(), leases());
    }

    /** The data are those of the backup, and each lease has its whole TTL. The members that run start again. */
    public void restore(Backup backup) {
        trace(null, () -> "is restored to revision " + backup.revision());
        replace(new Store(backup.store), backup.compacted, backup.leases);
        witnesses.forEach(witness -> witness.restored(backup.revision()));
    }

    /** Puts and grants are refused, also a transaction with a put in the branch that is not taken. */
    public void noSpace(boolean full) {
        trace(null, () -> full ? "has no space" : "has space again");
        hasNoSpace = full;
    }

    /** Connections without a token are refused. */
    public void requireUsers(boolean required) {
        requiresUsers = required;
    }

    /** All tokens become unknown. */
    public void expireTokens() {
        trace(null, () -> "all tokens expire");
        token++;
    }

    /** That member knows no token while this lasts, as one that lags behind the others does not know the newest. */
    public void rejectTokens(int index, boolean rejects) {
        members.get(index).rejectTokens(rejects);
    }

    /** The user of all clients has no permission to write. */
    public void denyWrites(boolean denied) {
        deniesWrites = denied;
    }

    /** That member rejects proposals as too many while this lasts. */
    public void tooManyRequests(int index, boolean tooMany) {
        members.get(index).beTooBusy(tooMany);
    }

    /** How often watches get progress notifications, up to a tenth later. Default: 10 minutes. */
    public void progressEvery(Duration interval) {
        progressInterval = interval.toNanos();
    }

    /** So many revisions are in one response to a watch that catches up. Default: 1,000. */
    public void revisionsAResponse(int most) {
        revisionsAResponse = most;
    }

    int revisionsAResponse() {
        return revisionsAResponse;
    }

    // Effects of what is committed

    Transaction.Result apply(Transaction transaction, String who) {
        if (hasNoSpace && Transactions.puts(transaction)) {
            throw Refusal.NO_SPACE.in(version);
        }
        Transaction.Result result = transactions.apply(transaction, compactedRevision());
        commit(who, Commit.Cause.TRANSACTION, transaction, 0);
        return result;
    }

    Etcd.Lease grant(long ttlSeconds, String who) {
        if (hasNoSpace) {
            throw Refusal.NO_SPACE.in(version);
        }
        if (ttlSeconds > MOST_TTL) {
            throw Refusal.TTL_TOO_LARGE.in(version);
        }
        long id = 1 + random.nextLong(Long.MAX_VALUE);
        Leases.Lease lease = leases.grant(id, Math.max(LEAST_TTL, ttlSeconds), now());
        trace(null, () -> "grants lease " + Long.toHexString(id) + " of " + lease.ttl + " s to " + who);
        scheduleLeaseTick();
        return lease(id, lease.ttl);
    }

    /** Deletes the keys of the lease in one revision. */
    Void revoke(long id, String who, Commit.Cause cause) {
        Leases.Lease lease = leases.get(id);
        if (lease == null) {
            throw Refusal.LEASE_NOT_FOUND.in(version);
        }
        trace(null, () -> "ends lease " + Long.toHexString(id) + ", " + cause + ", with " + lease.keys.size() + " keys");
        leases.remove(lease);
        lease.keys.forEach(store::delete);
        commit(who, cause, null, id);
        members.forEach(EtcdMember::retry);
        return null;
    }

    private void commit(String who, Commit.Cause cause, Transaction transaction, long lease) {
        Store.Revision revision = store.commit();
        if (revision != null) {
            Commit commit = new Commit(store.revision(), now(), who, cause, transaction, lease, revision.changes());
            trace(null, () -> "commits " + commit.revision() + " of " + who + ", " + cause + ": " + describe(commit));
            witnesses.forEach(witness -> witness.committed(commit));
        }
    }

    private static String describe(Commit commit) {
        StringBuilder text = new StringBuilder();
        for (Change change : commit.changes()) {
            text.append(text.isEmpty() ? "" : ", ").append(change.after() == null ? "del " : "put ")
                    .append(change.key().toStringUtf8());
            if (change.after() != null && change.after().lease() != 0) {
                text.append(" (").append(Long.toHexString(change.after().lease())).append(')');
            }
        }
        return text.toString();
    }

    // The log

    Transactions transactions() {
        return transactions;
    }

    Store store() {
        return store;
    }

    /** How much is committed, for {@link #entry}. */
    int committed() {
        return log.size() - 1;
    }

    Entry entry(int index) {
        return log.get(index);
    }

    private Entry last() {
        return log.get(log.size() - 1);
    }

    private void append(long compacted) {
        log.add(new Entry(store.revision(), compacted, now()));
        members.forEach(EtcdMember::scheduleApply);
    }

    /** By the leader, or on its way to the leader when that is gone. */
    void accept(Proposal<?> proposal) {
        proposal.replicatedAt = lastReplicated = Math.max(lastReplicated, now() + replication());
        accepted.add(proposal);
        if (isLed()) {
            scheduleCommit();
        } else {
            proposal.giveUpInTime();
        }
    }

    private void scheduleCommit() {
        if (committing == null && !accepted.isEmpty()) {
            committing = after(accepted.peek().replicatedAt - now(), this::commitReplicated);
        }
    }

    private void commitReplicated() {
        committing = null;
        while (isLed() && !accepted.isEmpty() && accepted.peek().replicatedAt <= now()) {
            commit(accepted.poll());
        }
        if (isLed()) {
            scheduleCommit();
        }
    }

    private void commit(Proposal<?> proposal) {
        proposal.commit();
        append(compactedRevision());
        if (!proposal.isDone() && proposal.connection != null) {
            proposal.member.whenApplied(committed(), proposal::applied);
            proposal.giveUpInTime();
        }
    }

    // Leases at the leader

    boolean renew(long id, Pending<Etcd.Lease> request) {
        Leases.Lease lease = leases.get(id);
        if (lease == null) {
            request.failed(Refusal.LEASE_NOT_FOUND);
            return true;
        }
        if (lease.isEnding || lease.expires <= now()) {
            // It waits for the end of the lease, or for another leader.
            return false;
        }
        lease.renew(now());
        request.answered(lease(id, lease.ttl));
        return true;
    }

    long ttlOf(long id) {
        Leases.Lease lease = leases.get(id);
        return lease == null ? LEAST_TTL : lease.ttl;
    }

    static Etcd.Lease lease(long id, long ttlSeconds) {
        return new Etcd.Lease(id, Duration.ofSeconds(ttlSeconds));
    }

    /** The leader looks for expired leases each 500 ms; a tick at which there can be none is left out. */
    private void scheduleLeaseTick() {
        long next = leases.nextExpiry();
        if (leader == null || next == Long.MAX_VALUE) {
            return;
        }
        long at = (Math.max(next, now()) / LEASE_TICK + 1) * LEASE_TICK;
        if (leaseTick == null || at < leaseTickAt) {
            if (leaseTick != null) {
                leaseTick.cancel();
            }
            leaseTickAt = at;
            leaseTick = after(at - now(), this::expireLeases);
        }
    }

    private void expireLeases() {
        leaseTick = null;
        if (leader == null || !leader.isUp()) {
            return;
        }
        for (Leases.Lease lease : leases.expired(now())) {
            lease.isEnding = true;
            accept(new Proposal<>(leader, null, Pending.Kind.REVOCATION,
                    () -> revoke(lease.id, Commit.ETCD, Commit.Cause.LEASE_EXPIRED),
                    null));
        }
        scheduleLeaseTick();
    }

    // Leaders

    EtcdMember leader() {
        return leader;
    }

    /** Whether both run and the network between them is whole. */
    boolean connected(EtcdMember one, EtcdMember other) {
        return one.isUp() && other.isUp() && one.partition() == other.partition();
    }

    /** Whether there is a leader that reaches the majority. */
    boolean isLed() {
        return leader != null && leader.isUp() && reachesMajority(leader);
    }

    private boolean reachesMajority(EtcdMember member) {
        int voters = 0;
        int reached = 0;
        for (EtcdMember each : members) {
            if (!each.isLearner()) {
                voters++;
                if (connected(member, each)) {
                    reached++;
                }
            }
        }
        return reached > voters / 2;
    }

    /** After a fault: who still leads, and whether another one has to be elected. */
    private void reconsider() {
        if (isLed()) {
            if (election != null) {
                election.cancel();
                election = null;
            }
            replicated = -1;
            scheduleCommit();
            scheduleLeaseTick();
        } else {
            if (replicated < 0) {
                // Whatever is on its way may have arrived or not.
                replicated = random.nextInt(accepted.size() + 1);
                accepted.forEach(Pending::giveUpInTime);
            }
            if (election == null && !candidates().isEmpty()) {
                elect(size() == 1 ? HEARTBEAT + random(ELECTION) : electionTimeout(), null);
            }
        }
        members.forEach(EtcdMember::lookForLeader);
    }

    private List<EtcdMember> candidates() {
        List<EtcdMember> candidates = new ArrayList<>();
        for (EtcdMember member : members) {
            if (!member.isLearner() && member.isUp() && reachesMajority(member)) {
                candidates.add(member);
            }
        }
        return candidates;
    }

    private void elect(long delay, EtcdMember unwanted) {
        election = after(delay, () -> {
            election = null;
            List<EtcdMember> candidates = candidates();
            if (candidates.isEmpty() || isLed()) {
                return;
            }
            if (candidates.size() > 1) {
                candidates.remove(unwanted);
            }
            // The others vote for no member that has less than they.
            EtcdMember winner = !accepted.isEmpty() && candidates.contains(holder) ? holder
                    : candidates.get(random.nextInt(candidates.size()));
            elected(winner);
        });
    }

    private void elected(EtcdMember winner) {
        trace(winner, () -> "is elected");
        if (leader != null && leader != winner) {
            Map<Long, Long> expiries = new LinkedHashMap<>();
            leases.all().forEach(lease -> expiries.put(lease.id, lease.expires));
            leader.deposed(expiries);
        }
        List<Proposal<?>> lost = new ArrayList<>();
        if (winner != holder) {
            while (accepted.size() > Math.max(0, replicated)) {
                lost.add(accepted.pollLast());
            }
        }
        // Before it renews any lease, since the end of a lease may be among them.
        leader = winner;
        accepted.forEach(this::commit);
        accepted.clear();
        lead(winner);
        members.stream().filter(member -> connected(member, winner)).forEach(EtcdMember::vote);
        members.forEach(EtcdMember::lookForLeader);
        for (int i = lost.size() - 1; i >= 0; i--) {
            Proposal<?> each = lost.get(i);
            if (random.nextBoolean() && each.connection != null && each.member.isUp()) {
                each.failed(Refusal.LEADER_CHANGED);
            }
        }
    }

    private void lead(EtcdMember winner) {
        leader = winner;
        holder = winner;
        replicated = -1;
        lastReplicated = now();
        leases.promote(now(), ELECTION);
        if (leaseTick != null) {
            leaseTick.cancel();
            leaseTick = null;
        }
        scheduleLeaseTick();
        winner.know(winner);
        members.forEach(EtcdMember::retry);
    }

    /** That member has not heard of a leader for its election timeout. */
    void leaderLostBy(EtcdMember member) {
        if (member == leader) {
            stepDown();
            reconsider();
        }
    }

    /** A member with a higher term is back. */
    void disrupt(EtcdMember member) {
        after(random(HEARTBEAT), () -> {
            if (isLed() && connected(member, leader)) {
                trace(member, () -> "forces an election");
                stepDown();
                elect(random(ELECTION), null);
            } else {
                reconsider();
            }
        });
    }

    private void stepDown() {
        EtcdMember former = leader;
        if (replicated < 0) {
            replicated = random.nextInt(accepted.size() + 1);
        }
        accepted.forEach(Pending::giveUpInTime);
        leader = null;
        for (EtcdMember member : members) {
            if (member == former || connected(member, former)) {
                member.knowNone();
            }
        }
    }

    /** All data are others, and the members that run start again. */
    private void replace(Store others, long compacted, List<LeaseState> granted) {
        List<EtcdMember> running = members.stream().filter(EtcdMember::isRunning).toList();
        running.forEach(EtcdMember::kill);
        leader = null;
        holder = null;
        replicated = -1;
        accepted.clear();
        if (election != null) {
            election.cancel();
            election = null;
        }
        store = others;
        transactions = new Transactions(version, store, leases);
        log.clear();
        log.add(new Entry(store.revision(), compacted, now()));
        members.forEach(member -> member.reset(0));
        leases.clear();
        granted.forEach(state -> leases.grant(state.id(), state.ttlSeconds(), now()).keys.addAll(state.keys()));
        running.forEach(EtcdMember::start);
        reconsider();
    }

    // Users

    long token() {
        return token;
    }

    boolean requiresUsers() {
        return requiresUsers;
    }

    boolean deniesWrites() {
        return deniesWrites;
    }

    /** Null if calls with that token are served. */
    Refusal refusalOf(long of) {
        return !requiresUsers || of == token ? null : of == 0 ? Refusal.NO_USER : Refusal.UNKNOWN_TOKEN;
    }

    // Time and chance

    long now() {
        return scheduler.now();
    }

    Scheduler.Timer after(long delay, Runnable task) {
        return scheduler.after(delay, task);
    }

    /** Up to that, in nanoseconds. */
    long random(long bound) {
        return random.nextLong(bound);
    }

    /** A member takes that long for a request: 0.05 to 2 ms, and 20 ms at times. */
    long processing() {
        int dice = random.nextInt(1000);
        return dice < 5 ? 2_000_000 + random.nextInt(18_000_000)
                : dice < 50 ? 500_000 + random.nextInt(1_500_000) : 50_000 + random.nextInt(450_000);
    }

    /** A message between members takes that long. */
    long hop() {
        return 50_000 + random.nextInt(950_000);
    }

    private long replication() {
        return random.nextInt(200) == 0 ? random(TimeUnit.MILLISECONDS.toNanos(20)) : 100_000 + random.nextInt(900_000);
    }

    long electionTimeout() {
        return ELECTION + random(ELECTION);
    }

    long progressInterval() {
        return progressInterval + random(progressInterval / 10);
    }

    void trace(EtcdMember member, Supplier<String> what) {
        if (trace != null) {
            trace.accept(() -> Optional.ofNullable(member).map(EtcdMember::toString).orElse("etcd") + " " + what.get());
        }
    }
}
