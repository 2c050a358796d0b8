package io.quarkiverse.lively.simulation.etcd;

import io.grpc.StatusRuntimeException;
import io.quarkiverse.lively.simulation.Scheduler;

/** A request that a member has received and not answered. It is answered once, or never if its connection ends before. */
class Pending<T> {

    final EtcdMember member;
    final MemberConnection connection;
    final Kind kind;
    private final long received;
    private final Answer<T> answer;
    private Scheduler.Timer timeout;
    private boolean done;

    /** The kinds of requests. */
    enum Kind {
        READ,
        RENEWAL,
        GRANT,
        REVOCATION,
        WRITE;

        /** Whether it goes into the log. */
        boolean isProposed() {
            return this != READ && this != RENEWAL;
        }
    }

    /** @param connection null if etcd itself is the client */
    Pending(EtcdMember member, MemberConnection connection, Kind kind, Answer<T> answer) {
        this.member = member;
        this.connection = connection;
        this.kind = kind;
        this.received = member.now();
        this.answer = answer;
    }

    boolean isDone() {
        return done || connection != null && connection.isOver();
    }

    /** Fails the request once etcd would give it up, 7 s after the member received it. Idempotent. */
    void giveUpInTime() {
        if (timeout == null && !isDone() && connection != null) {
            timeout = member.after(received + EtcdCluster.REQUEST_TIMEOUT - member.now(), connection,
                    () -> failed(Refusal.TIMED_OUT));
        }
    }

    void answered(T value) {
        if (end()) {
            answer.answered(value);
        }
    }

    void failed(Refusal refusal) {
        failed(refusal.in(member.version()));
    }

    void failed(StatusRuntimeException status) {
        if (end()) {
            member.trace(() -> "fails a request of " + connection.who() + ": " + status.getMessage());
            answer.failed(status);
        }
    }

    private boolean end() {
        if (isDone()) {
            return false;
        }
        done = true;
        if (timeout != null) {
            timeout.cancel();
        }
        member.forget(this);
        return connection != null;
    }
}
