package io.quarkiverse.lively;

/** The root of what can go wrong while the registry is asked or changed. */
public abstract sealed class LivelyException extends RuntimeException permits PermissionDeniedException,
        RegistryUnavailableException, ServiceConflictException, StaleRecordException, UnknownServiceException {

    private static final long serialVersionUID = 1L;

    /**
     * @param message may quote what others wrote into etcd, and is told as one {@linkplain PrintableText printable} line
     */
    protected LivelyException(String message, Throwable cause) {
        super(PrintableText.of(message), cause);
    }
}
