package io.quarkiverse.lively.runtime.view;

import java.time.Instant;
import java.util.Optional;

/**
 * What the view saw of a service that does not say since when it is as it is.
 *
 * @param at when it was first seen so
 * @param lastAlive when it was last known to be UP, if it has expired since
 */
record Seen(String uuid, Instant at, Optional<Instant> lastAlive) {
}
