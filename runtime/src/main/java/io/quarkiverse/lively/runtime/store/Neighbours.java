package io.quarkiverse.lively.runtime.store;

import java.time.Instant;
import java.util.Optional;

import com.google.protobuf.ByteString;

/**
 * What a registration can come across beside its own keys.
 *
 * @param rival the uuid that its type and host name, if it is another one
 * @param rivalKeys the keys of that service
 * @param formerName the entry of the type and host that its record had until now, if they were others
 */
public record Neighbours(Optional<String> rival, ServiceKeys rivalKeys, Entry<ByteString> formerName) {

    public static final Neighbours NONE = new Neighbours(Optional.empty(), ServiceKeys.ABSENT, Entry.absent());

    /**
     * Whether a rival keeps the name that it has: while it is alive, and while somebody holds it.
     *
     * @param id the names that it has, too, if it is a rival at all
     */
    public boolean rivalStays(ServiceIdentity id, Instant now) {
        boolean hasTheName = rivalKeys.service().value().filter(record -> !id.hasOtherName(record)).isPresent();
        return hasTheName && (rivalKeys.up().exists() || rivalKeys.isClaimed()
                || Holds.isHeld(rivalKeys, now));
    }
}
