package io.quarkiverse.lively.simulation.etcd;

import java.util.function.Supplier;

import io.grpc.StatusRuntimeException;

/** A request that goes into the log. It may be committed after its client has given it up. */
final class Proposal<T> extends Pending<T> {

    private final Supplier<T> effect;
    /** When the majority has it, if there is one. */
    long replicatedAt;
    private T result;
    private StatusRuntimeException failure;

    /** @param effect what the commit does; throws a refusal, and then does nothing */
    Proposal(EtcdMember member, MemberConnection connection, Kind kind, Supplier<T> effect, Answer<T> answer) {
        super(member, connection, kind, answer);
        this.effect = effect;
    }

    void commit() {
        try {
            result = effect.get();
        } catch (StatusRuntimeException e) {
            failure = e;
        }
    }

    /** The member of the client has applied the commit. */
    void applied() {
        if (failure != null) {
            failed(failure);
        } else {
            answered(result);
        }
    }
}
