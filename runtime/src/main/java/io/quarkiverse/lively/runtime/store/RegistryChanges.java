package io.quarkiverse.lively.runtime.store;

import java.util.List;

/**
 * What changed at one revision; each service and each name at most once. Of a list: every service that there was before or is
 * now, and every name that there is now.
 */
public record RegistryChanges(long revision, List<ServiceChange> services, List<NameChange> names) {
}
