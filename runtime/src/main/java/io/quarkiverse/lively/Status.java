package io.quarkiverse.lively;

import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/**
 * The status that a record <em>declares</em> of its service. Whether the service is in fact up is its {@link Liveness}: a
 * service that crashed still has the status {@link #UP} in its record.
 */
public enum Status {
    /** It is to be used. */
    UP,
    /** It is not to be used. */
    DOWN;

    /**
     * The status with that name, in upper or lower case, as os-lively takes it.
     *
     * @throws InvalidServiceException naming {@code status}, if there is none
     */
    public static Status of(String name) {
        String upperCase = Objects.requireNonNull(name, "name").toUpperCase(Locale.ROOT);
        return Arrays.stream(values()).filter(status -> status.name().equals(upperCase)).findFirst()
                .orElseThrow(() -> new InvalidServiceException("status",
                        "no status has the name '" + name + "'; there are " + Arrays.toString(values())));
    }
}
