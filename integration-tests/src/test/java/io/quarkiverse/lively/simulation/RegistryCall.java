package io.quarkiverse.lively.simulation;

import io.quarkiverse.lively.runtime.etcd.EtcdException;

/**
 * A call of the registry by one process, from its beginning to its end.
 */
final class RegistryCall {

    /** What is asked. */
    enum Kind {
        IS_UP,
        IS_UP_BY_NAME,
        LIVENESS,
        FIND,
        FIND_BY_NAME,
        LIST,
        HISTORY,
        DOWN,
        UP,
        DELETE,
        UPDATE
    }

    final SimulatedApplication caller;
    final Kind kind;
    /** What it was called with, such as a uuid, a query, a maintenance or a record. */
    final Object[] arguments;
    final long calledAt;
    /** The newest revision of etcd at that time, and how often etcd was replaced by then. */
    final long calledAtRevision;
    final int calledInHistory;
    long answeredAtRevision;
    int answeredInHistory;
    /** Null if it failed. */
    Object answer;
    /** Null if it did not. */
    Throwable failure;

    RegistryCall(SimulatedApplication caller, Kind kind, Object[] arguments, long calledAt, long calledAtRevision,
            int calledInHistory) {
        this.caller = caller;
        this.kind = kind;
        this.arguments = arguments;
        this.calledAt = calledAt;
        this.calledAtRevision = calledAtRevision;
        this.calledInHistory = calledInHistory;
    }

    boolean isWrite() {
        return kind.compareTo(Kind.DOWN) >= 0;
    }

    /** Whether it cannot be known from the answer whether something was written. */
    boolean isUnknown() {
        return failure != null && EtcdException.of(failure).kind() == EtcdException.Kind.UNAVAILABLE;
    }

    /** Whether all of it happened in one history of etcd. */
    boolean isOfOneHistory() {
        return calledInHistory == answeredInHistory;
    }
}
