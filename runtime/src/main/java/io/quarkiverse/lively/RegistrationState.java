package io.quarkiverse.lively;

/** Where a registration stands. Computed from the clock at each read, so that it is never later than the truth. */
public enum RegistrationState {
    /** Configured not to register. */
    DISABLED,
    /** Not registered yet: not listening yet, or etcd cannot be reached, or the claim was refused. The reason says which. */
    STARTING,
    /** Published UP under a lease that is alive. */
    REGISTERED,
    /** Alive, and kept DOWN by somebody else: an operator, or a maintenance window. */
    HELD_DOWN,
    /** The lease ran out or is about to; others see the service expire. It comes back by itself. */
    LOST,
    /** Another process registered under the same identity. This one writes nothing any more. */
    FENCED,
    /** Closed. It does not come back. */
    STOPPED
}
