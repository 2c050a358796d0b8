package io.quarkiverse.lively;

/** The names that a service is to have belong to another one, which is alive or held. Nothing was written. */
public final class ServiceConflictException extends LivelyException {

    private static final long serialVersionUID = 1L;

    private final String holder;
    private final String field;

    public ServiceConflictException(String holder, String field, String message) {
        super(message, null);
        this.holder = holder;
        this.field = field;
    }

    /** The uuid of the service that has them. */
    public String holder() {
        return holder;
    }

    /** The field of the record to change in order to get through: {@code uuid} or {@code host}. */
    public String field() {
        return field;
    }
}
