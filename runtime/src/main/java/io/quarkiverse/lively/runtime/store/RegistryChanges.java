package io.quarkiverse.lively.runtime.store;

import java.util.List;

/** What changed at one revision; each service and each name at most once. */
public record RegistryChanges(long revision, List<ServiceChange> services, List<NameChange> names) {
}
