package io.quarkiverse.lively;

/**
 * etcd did not answer, or refused to: it cannot be told whether a service is up. The message says which etcd, and why.
 */
public final class RegistryUnavailableException extends LivelyException {

    private static final long serialVersionUID = 1L;

    public RegistryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
