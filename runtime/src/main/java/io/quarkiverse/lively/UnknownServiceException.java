package io.quarkiverse.lively;

/** There is no service with that uuid. Nothing was written. */
public final class UnknownServiceException extends LivelyException {

    private static final long serialVersionUID = 1L;

    private final String uuid;

    public UnknownServiceException(String uuid) {
        super("There is no service with the uuid " + uuid, null);
        this.uuid = uuid;
    }

    /** The uuid that no service has. */
    public String uuid() {
        return uuid;
    }
}
