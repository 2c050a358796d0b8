package io.quarkiverse.lively.runtime.etcd;

import java.net.URI;
import java.util.Optional;
import java.util.concurrent.CompletionException;

import io.quarkiverse.lively.runtime.text.PrintableText;

/** etcd could not be reached, or refused. The message is one line for a human and says which etcd. */
public final class EtcdException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What went wrong, as far as a caller can act on it. */
    public enum Kind {
        /**
         * No answer in time, or from a member that does not serve. For whether something was written, see
         * {@link #nothingWritten}.
         */
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

    private final FailureClass failureClass;
    /** Null if the call reached none. */
    private final URI member;

    /**
     * @param message may quote etcd, or what stands in its place
     */
    public EtcdException(Kind kind, String message, Throwable cause) {
        this(FailureClass.of(kind), Optional.empty(), message, cause);
    }

    /** @param member that failed; empty if the call reached none */
    EtcdException(FailureClass failureClass, Optional<URI> member, String message, Throwable cause) {
        super(PrintableText.of(message), cause);
        this.failureClass = failureClass;
        this.member = member.orElse(null);
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
        return failureClass.kind();
    }

    /** Whether it is certain that the call has written nothing. If not, it may have written all that it was to write. */
    public boolean nothingWritten() {
        return failureClass.nothingWritten();
    }

    /** Whether an operator has to change something before the call can succeed, whichever member is asked. */
    public boolean isRefusal() {
        return kind() == Kind.REFUSED || kind() == Kind.DENIED;
    }

    FailureClass failureClass() {
        return failureClass;
    }

    /** The member that failed; empty if the call reached none. */
    Optional<URI> member() {
        return Optional.ofNullable(member);
    }
}
