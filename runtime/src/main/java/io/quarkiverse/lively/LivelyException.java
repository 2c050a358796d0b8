package io.quarkiverse.lively;

import io.quarkiverse.lively.runtime.text.PrintableText;

/**
 * The root of all exceptions of Lively. An argument that is null is a {@link NullPointerException} that names the parameter.
 */
public abstract sealed class LivelyException extends RuntimeException permits InvalidServiceException,
        PermissionDeniedException, RegistryUnavailableException, ServiceConflictException, StaleRecordException,
        TooFewUpException, UnknownServiceException {

    private static final long serialVersionUID = 1L;

    /**
     * @param message may quote what others wrote into etcd; it becomes one line without control characters
     */
    protected LivelyException(String message, Throwable cause) {
        super(PrintableText.of(message), cause);
    }
}
