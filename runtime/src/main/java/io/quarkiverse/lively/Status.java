package io.quarkiverse.lively;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What a record <em>declares</em> of its service. Whether the service is in fact up is its {@link Liveness}: a service
 * that crashed still has the status {@link #UP} in its record.
 */
public enum Status {
    /** It is to be used. */
    UP(0),
    /** It is not to be used. */
    DOWN(1);

    private final int number;

    Status(int number) {
        this.number = number;
    }

    /** The number of this status in the stored record, the same as in os-lively. */
    public int number() {
        return number;
    }

    /**
     * The status with that number.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Status of(int number) {
        return Arrays.stream(values()).filter(status -> status.number == number).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No status has the number " + number + "; there are "
                        + Arrays.stream(values()).map(s -> s + " = " + s.number).collect(Collectors.joining(", "))));
    }

    /**
     * The status with that name, in upper or lower case.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Status of(String name) {
        try {
            return valueOf(Checks.given("status", name).toUpperCase(Locale.ROOT));
        } catch (InvalidServiceException e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("No status has the name '" + name + "'; there are "
                    + Arrays.toString(values()), e);
        }
    }
}
