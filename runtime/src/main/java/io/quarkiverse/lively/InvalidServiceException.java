package io.quarkiverse.lively;

/** A field of a service or of a query has an invalid value, or a change that would be ignored. Nothing was written. */
public class InvalidServiceException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final String field;

    /**
     * @param message may quote what others wrote into etcd, and is told as one {@linkplain PrintableText printable} line
     */
    public InvalidServiceException(String field, String message) {
        super(PrintableText.of(message));
        this.field = field;
    }

    /** The name of that field: {@code uuid}, {@code type}, {@code host}, {@code region}, {@code metadata} … */
    public String field() {
        return field;
    }
}
