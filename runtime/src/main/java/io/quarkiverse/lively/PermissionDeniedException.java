package io.quarkiverse.lively;

/**
 * The user by which this application asks etcd may not write what was to be written. Nothing was written, and to try again is
 * of no use until the permission is granted. The message says which keys the user has to be allowed to write, and which
 * property names the user. A question that etcd refuses for that reason fails with a {@link RegistryUnavailableException}.
 */
public final class PermissionDeniedException extends LivelyException {

    private static final long serialVersionUID = 1L;

    public PermissionDeniedException(String message, Throwable cause) {
        super(message, cause);
    }
}
