package io.quarkiverse.lively;

/** A field of a service, a maintenance or a query has a value that cannot be, or that would be ignored. Nothing was written. */
public final class InvalidServiceException extends LivelyException {

    private static final long serialVersionUID = 1L;

    private final String field;

    /**
     * @param field the name of the field
     * @param message may quote what others wrote into etcd; it becomes one line without control characters
     */
    public InvalidServiceException(String field, String message) {
        super(message, null);
        this.field = field;
    }

    /** The name of that field: {@code uuid}, {@code type}, {@code host}, {@code region}, {@code metadata} … */
    public String field() {
        return field;
    }
}
