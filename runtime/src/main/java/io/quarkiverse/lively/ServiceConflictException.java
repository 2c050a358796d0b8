package io.quarkiverse.lively;

/** The names that a service is to have belong to another one, which is alive or held. Nothing was written. */
public final class ServiceConflictException extends LivelyException {

    private static final long serialVersionUID = 1L;

    private final String holder;
    private final String property;

    public ServiceConflictException(String holder, String property, String message) {
        super(message, null);
        this.holder = holder;
        this.property = property;
    }

    /** The uuid of the service that has them. */
    public String holder() {
        return holder;
    }

    /** What to change in order to get through: a field of the record, or a property of the configuration. */
    public String property() {
        return property;
    }
}
