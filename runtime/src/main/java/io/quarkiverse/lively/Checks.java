package io.quarkiverse.lively;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/** Refuses what a caller left out, naming it. */
final class Checks {

    private Checks() {
    }

    static <T> T given(String field, T value) {
        if (value == null) {
            throw new InvalidServiceException(field, "the " + field + " must not be null");
        }
        return value;
    }

    /** An immutable copy, in the order of the names. That of the JDK has another order in each JVM. */
    static Map<String, String> given(String field, Map<String, String> values) {
        given(field, (Object) values);
        values.forEach((name, value) -> {
            if (name == null || value == null) {
                throw new InvalidServiceException(field, "the " + field + " must have no name and no value that is null");
            }
        });
        return values.isEmpty() ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(values));
    }
}
