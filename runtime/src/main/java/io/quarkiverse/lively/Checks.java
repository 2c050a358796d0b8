package io.quarkiverse.lively;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** What all types of the API check alike. */
final class Checks {

    private Checks() {
    }

    /**
     * An immutable copy, in the order of the names. That of the JDK has another order in each JVM.
     *
     * @throws NullPointerException naming the parameter, if the map or anything in it is null
     */
    static Map<String, String> copyOf(String parameter, Map<String, String> values) {
        Objects.requireNonNull(values, parameter);
        values.forEach((name, value) -> {
            Objects.requireNonNull(name, () -> parameter + ": a name is null");
            Objects.requireNonNull(value, () -> parameter + ": the value of '" + name + "' is null");
        });
        return values.isEmpty() ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(values));
    }
}
