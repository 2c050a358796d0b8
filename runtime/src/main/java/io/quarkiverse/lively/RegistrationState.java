package io.quarkiverse.lively;

/** Where a registration stands. Computed from the clock at each read, so that it is never later than the truth. */
public enum RegistrationState {
    /** {@code quarkus.lively.registration.enabled} is false. */
    DISABLED,
    /**
     * It has not been registered yet: the application does not serve yet, its readiness is not known, etcd does not answer,
     * or it is refused. The reason says which.
     */
    STARTING,
    /**
     * The claim is ours, the lease is certain to live, and what the application says of itself is published: UP, or DOWN
     * because of its health or its own word. The reason says which.
     */
    REGISTERED,
    /** Somebody else keeps it DOWN: an operator, by a word or a maintenance. */
    HELD_DOWN,
    /**
     * It may have expired for others: the lease is not certain to live any more, or its keys are gone. It registers again by
     * itself.
     */
    LOST,
    /**
     * Another process registered as the same service. This one writes nothing of it, and comes back only after it has seen
     * for a whole TTL that no other process owns it.
     */
    FENCED,
    /**
     * It was stopped, closed or abandoned, or {@code quarkus.lively.registration.on-conflict} is {@code fail} and another
     * process has its identity. It does not come back.
     */
    STOPPED
}
