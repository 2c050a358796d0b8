package io.quarkiverse.lively.simulation.etcd;

import java.util.function.Supplier;

import io.quarkiverse.lively.runtime.etcd.Etcd;
import io.quarkiverse.lively.runtime.etcd.Range;
import io.quarkiverse.lively.runtime.etcd.Transaction;

/** The connection of one client to one member. */
final class MemberConnection implements ServerConnection {

    private final EtcdMember member;
    private final EtcdCluster cluster;
    private final String who;
    private final Runnable broken;
    private boolean over;
    private long token;
    private long lastRenewal;

    MemberConnection(EtcdMember member, EtcdCluster cluster, String who, Runnable broken) {
        this.member = member;
        this.cluster = cluster;
        this.who = who;
        this.broken = broken;
    }

    String who() {
        return who;
    }

    boolean isOver() {
        return over;
    }

    /** The number of the token; 0 if the client has none. */
    long token() {
        return token;
    }

    @Override
    public void commit(Transaction transaction, Answer<Transaction.Result> answer) {
        if (transaction.writes()) {
            propose(answer, Pending.Kind.WRITE, () -> cluster.apply(transaction, who));
        } else {
            read(answer, () -> cluster.transactions().read(transaction, member.appliedRevision(), member.compactedRevision()));
        }
    }

    @Override
    public void read(Range range, Answer<Range.Page> answer) {
        read(answer, () -> cluster.transactions().read(range, member.appliedRevision(), member.compactedRevision()));
    }

    @Override
    public void grant(long ttlSeconds, Answer<Etcd.Lease> answer) {
        propose(answer, Pending.Kind.GRANT, () -> cluster.grant(ttlSeconds, who));
    }

    @Override
    public void revoke(long id, Answer<Void> answer) {
        propose(answer, Pending.Kind.REVOCATION, () -> cluster.revoke(id, who, Commit.Cause.LEASE_REVOKED));
    }

    @Override
    public void renew(long id, Answer<Etcd.Lease> answer) {
        lastRenewal = Math.max(lastRenewal, member.now() + member.delay());
        member.after(lastRenewal - member.now(), this, () -> {
            Pending<Etcd.Lease> request = new Pending<>(member, this, Pending.Kind.RENEWAL, answer);
            if (member.admits(request)) {
                member.renew(id, request);
            }
        });
    }

    @Override
    public void authenticate(Answer<Void> answer) {
        member.after(member.processing(), this, () -> {
            token = cluster.token();
            answer.answered(null);
        });
    }

    @Override
    public ServerWatch watch(Range range, long from, boolean progress, ServerWatch.Listener listener) {
        MemberWatch watch = new MemberWatch(member, this, range, from, progress, listener);
        member.after(member.processing(), this, () -> member.open(watch, this));
        return watch;
    }

    @Override
    public void close() {
        if (!over) {
            over = true;
            member.remove(this);
        }
    }

    /** From the member's side. */
    void breakOff() {
        if (!over) {
            over = true;
            broken.run();
        }
    }

    private <T> void propose(Answer<T> answer, Pending.Kind kind, Supplier<T> effect) {
        member.after(member.delay(), this, () -> {
            Proposal<T> proposal = new Proposal<>(member, this, kind, effect, answer);
            if (member.admits(proposal)) {
                member.propose(proposal);
            }
        });
    }

    private <T> void read(Answer<T> answer, Supplier<T> effect) {
        member.after(member.delay(), this, () -> {
            Pending<T> request = new Pending<>(member, this, Pending.Kind.READ, answer);
            if (member.admits(request)) {
                member.read(request, effect);
            }
        });
    }
}
