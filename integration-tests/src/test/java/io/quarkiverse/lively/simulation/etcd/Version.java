package io.quarkiverse.lively.simulation.etcd;

/** The versions of etcd whose behaviour differs for a client. */
public enum Version {

    /**
     * 3.4 before 3.4.25: a leader that was frozen renews leases after its thaw though another member leads, a member that
     * returns from an isolation forces an election, leases need no user, and a progress notification can overtake events.
     */
    V3_4,
    /**
     * 3.6: a leader that was frozen asks the others before it renews a lease, elections have a pre-vote, leases need a user,
     * and progress notifications keep the order.
     */
    V3_6
}
