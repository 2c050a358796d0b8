package io.quarkiverse.lively.simulation.etcd;

/** The versions of etcd whose behaviour differs for a client. */
public enum Version {

    /**
     * 3.4 before 3.4.25: an isolated leader renews leases without its majority, a member that returns from an isolation forces
     * an election, and a progress notification can overtake events.
     */
    V3_4,
    /** 3.6: a renewal needs the majority, elections have a pre-vote, and progress notifications keep the order. */
    V3_6
}
