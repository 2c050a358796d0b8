package io.quarkiverse.lively.runtime.store;

import java.util.Optional;

import io.quarkiverse.lively.Reason;
import io.quarkiverse.lively.ServiceRecord;

/**
 * What became of a service at one revision.
 *
 * @param current the service since then; empty if it is no more
 * @param reason why it changed, as far as it can be told from this change alone
 */
public record ServiceChange(String uuid, Optional<ServiceRecord> current, Reason reason) {
}
