package io.quarkiverse.lively;

/** What was asked for cannot name a service. Nothing was written. */
public class InvalidServiceException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final String field;

    public InvalidServiceException(String field, String message) {
        super(message);
        this.field = field;
    }

    /** The field that is wrong: {@code uuid}, {@code type}, {@code host}, {@code region} … */
    public String field() {
        return field;
    }
}
