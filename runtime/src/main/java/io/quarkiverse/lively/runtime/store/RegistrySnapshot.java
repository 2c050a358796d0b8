package io.quarkiverse.lively.runtime.store;

import java.util.List;

import io.quarkiverse.lively.runtime.etcd.KeyValue;

/**
 * All keys that say something of services, as they were at one revision.
 */
public record RegistrySnapshot(List<KeyValue> entries, long revision) {
}
