package io.quarkiverse.lively;

/** Why a service has the status that it has. */
public enum Reason {
    /** Nobody said, or a client that does not say (os-lively). */
    UNKNOWN,
    /** Its process registered it. */
    REGISTERED,
    /** Its readiness checks changed. */
    HEALTH,
    /** The application itself said so. */
    APPLICATION,
    /** Its process was stopped. */
    SHUTDOWN,
    /** Its lease ran out. */
    EXPIRED,
    /** An operator took it down, with no note, start or end; or lifted a DOWN. */
    OPERATOR,
    /** An operator took it down for a maintenance that has a note, a start or an end. */
    MAINTENANCE,
    /** Another process registered under its identity while the former one was still alive. */
    TAKEOVER
}
