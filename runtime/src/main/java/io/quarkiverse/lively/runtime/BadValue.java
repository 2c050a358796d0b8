package io.quarkiverse.lively.runtime;

import java.util.Set;

import io.quarkiverse.lively.runtime.text.PrintableText;
import io.quarkus.runtime.configuration.ConfigurationException;

/** Refuses a configuration in one line that names the property, the value, and what is wrong with it. */
final class BadValue {

    static final String PREFIX = "quarkus.lively.";

    private BadValue() {
    }

    /**
     * @param property without the prefix of this extension
     * @throws ConfigurationException unless that holds
     */
    static void require(boolean holds, String property, Object value, String why) {
        if (!holds) {
            throw of(property, value, why);
        }
    }

    static ConfigurationException of(String property, Object value, String why) {
        return new ConfigurationException(
                PREFIX + property + " is '" + PrintableText.of(String.valueOf(value)) + "', but " + why,
                Set.of(PREFIX + property));
    }

    /** Of a value that is not to be seen. */
    static ConfigurationException secret(String property, String why) {
        return new ConfigurationException(PREFIX + property + " " + why, Set.of(PREFIX + property));
    }
}
