package io.quarkiverse.lively.runtime.etcd;

import java.util.concurrent.CompletionException;

import io.quarkiverse.lively.PrintableText;

/** etcd could not be reached, or refused. The message is one line for a human and says which etcd. */
public final class EtcdException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What went wrong, as far as a caller can act on it. */
    public enum Kind {
        /** No answer in time. Whether the call took effect is not known. */
        UNAVAILABLE,
        /** The lease that the call names does not exist. Nothing was written. */
        LEASE_NOT_FOUND,
        /** The revision that the call names has been compacted. */
        COMPACTED,
        /** The answer does not fit into a message. Ask for less at a time. */
        TOO_LARGE,
        /** The user of this application has no permission to do that. Nothing was written. */
        DENIED,
        /**
         * etcd answered with another refusal: no space, no such user, a request it does not understand. Nothing was written.
         */
        REFUSED
    }

    private final Kind kind;

    /**
     * @param message may quote etcd, or what stands in its place
     */
    public EtcdException(Kind kind, String message, Throwable cause) {
        super(PrintableText.of(message), cause);
        this.kind = kind;
    }

    /** What a future failed with, as its dependents see it. */
    static Throwable cause(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** What a future of {@link Etcd} failed with, as its dependents see it. */
    public static EtcdException of(Throwable failure) {
        Throwable cause = cause(failure);
        return cause instanceof EtcdException known ? known
                : new EtcdException(Kind.REFUSED, "Unexpected failure: " + cause, cause);
    }

    public Kind kind() {
        return kind;
    }

    /** Whether somebody has to change something before it can be done. */
    public boolean isRefusal() {
        return kind == Kind.REFUSED || kind == Kind.DENIED;
    }
}
