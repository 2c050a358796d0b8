package io.quarkiverse.lively.runtime.view;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import io.quarkiverse.lively.ServiceRecord;

/**
 * Who has one type and host.
 *
 * @param holder the uuid that the registry names for them, if any: a hint
 * @param bearers the services whose records have them; one, but for what a client left that guards nothing
 * @param found the one that is found by them; null if there is none
 */
record Named(Optional<String> holder, List<ServiceRecord> bearers, ServiceRecord found) {

    static final Named NOBODY = new Named(Optional.empty(), List.of(), null);

    Named heldBy(Optional<String> uuid) {
        return of(uuid, bearers);
    }

    Named with(ServiceRecord service) {
        return of(holder, Stream.concat(without(service.uuid()).bearers.stream(), Stream.of(service)).toList());
    }

    Named without(String uuid) {
        return of(holder, bearers.stream().filter(bearer -> !bearer.uuid().equals(uuid)).toList());
    }

    private static Named of(Optional<String> holder, List<ServiceRecord> bearers) {
        ServiceRecord found = bearers.stream().filter(bearer -> holder.filter(bearer.uuid()::equals).isPresent()).findFirst()
                .orElseGet(() -> bearers.stream()
                        .max(Comparator.comparingLong(ServiceRecord::revision).thenComparing(ServiceRecord::uuid))
                        .orElse(null));
        return new Named(holder, bearers, found);
    }
}
