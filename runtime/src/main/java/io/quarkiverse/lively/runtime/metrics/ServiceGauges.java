package io.quarkiverse.lively.runtime.metrics;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.BiConsumer;
import java.util.function.IntSupplier;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.ServiceRecord;

/**
 * Counts the services that the view shows, by type and liveness. A type is counted from when it is first seen; types that are
 * gone stay, with no services. Used by one thread at a time; the counts may be read by any.
 */
final class ServiceGauges {

    /** Past so many, all others are counted as one. */
    static final int MOST_TYPES = 100;
    /** Not a type, as those have no slash. */
    static final String OTHER_TYPES = "/other";

    private final BiConsumer<String, Counts> newType;
    private final Map<String, Counts> types = new HashMap<>();

    /** How many services of one type there are. */
    static final class Counts {

        private final AtomicIntegerArray byLiveness = new AtomicIntegerArray(Liveness.values().length);

        IntSupplier of(Liveness liveness) {
            return () -> byLiveness.get(liveness.ordinal());
        }
    }

    /** @param newType told of each type when it is first seen */
    ServiceGauges(BiConsumer<String, Counts> newType) {
        this.newType = newType;
    }

    void changed(Optional<ServiceRecord> previous, Optional<ServiceRecord> current) {
        previous.ifPresent(service -> counts(service.type()).byLiveness.decrementAndGet(service.liveness().ordinal()));
        current.ifPresent(service -> counts(service.type()).byLiveness.incrementAndGet(service.liveness().ordinal()));
    }

    /** Which of the two it is for a type never changes. */
    private Counts counts(String type) {
        Counts known = types.get(type);
        return known != null ? known : types.computeIfAbsent(types.size() < MOST_TYPES ? type : OTHER_TYPES, this::begin);
    }

    private Counts begin(String type) {
        Counts counts = new Counts();
        newType.accept(type, counts);
        return counts;
    }
}
