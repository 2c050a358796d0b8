package io.quarkiverse.lively;

/** What was asked for cannot name a service. Nothing was written. */
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

    /** The field that is wrong: {@code uuid}, {@code type}, {@code host}, {@code region} … */
    public String field() {
        return field;
    }
}
