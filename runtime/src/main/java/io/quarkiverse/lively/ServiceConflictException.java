package io.quarkiverse.lively;

/** The type and host that a service is to have belong to another one, which is alive or held. Nothing was written. */
public final class ServiceConflictException extends LivelyException {

    private static final long serialVersionUID = 1L;

    private final String holder;

    public ServiceConflictException(String holder, String message) {
        super(message, null);
        this.holder = holder;
    }

    /** The uuid of the service that has them. */
    public String holder() {
        return holder;
    }
}
