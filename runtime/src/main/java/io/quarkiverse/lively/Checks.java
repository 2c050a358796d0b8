package io.quarkiverse.lively;

import java.util.Map;

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

    static Map<String, String> given(String field, Map<String, String> values) {
        given(field, (Object) values);
        values.forEach((name, value) -> {
            if (name == null || value == null) {
                throw new InvalidServiceException(field, "the " + field + " must have no name and no value that is null");
            }
        });
        return Map.copyOf(values);
    }
}
