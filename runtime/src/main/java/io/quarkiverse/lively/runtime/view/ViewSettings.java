package io.quarkiverse.lively.runtime.view;

import java.time.Duration;

/**
 * How the view follows etcd.
 *
 * @param requestTimeout how long to wait for an answer of etcd
 * @param progressInterval how often etcd is asked for a sign of life
 * @param suspectLimit how long services stay that went in a mass without a word; zero: they go at once
 * @param eventBuffer how many events a subscriber may lag behind
 * @param checkInterval how often, at least, the view is compared with a list; at most in half that time
 * @param ttl of the leases of the fleet, which bounds how long to wait between two tries
 */
public record ViewSettings(Duration requestTimeout, Duration progressInterval, Duration suspectLimit, int eventBuffer,
        Duration checkInterval, Duration ttl) {
}
