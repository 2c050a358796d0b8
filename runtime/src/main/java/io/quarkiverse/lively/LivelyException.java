package io.quarkiverse.lively;

/** The root of what can go wrong while the registry is asked or changed. */
public abstract sealed class LivelyException extends RuntimeException permits PermissionDeniedException,
        RegistryUnavailableException, ServiceConflictException, StaleRecordException, UnknownServiceException {

    private static final long serialVersionUID = 1L;

    protected LivelyException(String message, Throwable cause) {
        super(message, cause);
    }
}
