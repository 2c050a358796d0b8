package io.quarkiverse.lively.runtime.store;

import java.util.Optional;

/**
 * What became of the entry of a type and host. It is a hint: whether that service has the name, its record says.
 *
 * @param holder the uuid that the entry names since then; empty if there is no entry, or it names none
 */
public record NameChange(String type, String host, Optional<String> holder) {
}
