package io.quarkiverse.lively.runtime.view;

import java.time.Instant;

/** When a service that does not say since when it is as it is was first seen so. */
record Seen(String uuid, Instant at) {
}
