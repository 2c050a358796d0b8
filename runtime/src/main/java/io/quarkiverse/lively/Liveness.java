package io.quarkiverse.lively;

/** What is known to be true of a service, as opposed to what its record declares. */
public enum Liveness {
    /** It says that it is up, and its lease is alive. */
    UP,
    /** It, or an operator, said that it is down. */
    DOWN,
    /** It said that it is up, and its lease ran out: it crashed, hangs, or cannot reach etcd. */
    EXPIRED,
    /** It cannot be told. Never the answer to a question that etcd answered. */
    UNKNOWN
}
