package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.runtime.worker.FakePlatform;
import io.quarkiverse.lively.runtime.worker.FakeWorker;

/** The same data have the same order in each JVM, so that they are the same bytes in etcd and the same text in the log. */
class StableOrderTest {

    private static final List<String> NAMES = List.of("a", "b", "c", "d", "e", "f", "g", "h");

    @Test
    void aClaimHasItsMetadataInTheOrderOfTheirNames() {
        Incarnation incarnation = Incarnation.started(new FakePlatform(new FakeWorker()), "1.0", "inventory@host1");
        assertEquals(incarnation.claim(Optional.empty(), metadata(NAMES)).toByteString(),
                incarnation.claim(Optional.empty(), metadata(reversed())).toByteString());
        assertEquals(NAMES,
                List.copyOf(incarnation.claim(Optional.empty(), metadata(reversed())).getMetadataMap().keySet()));
    }

    @Test
    void aRecordHasItsMetadataInTheOrderOfTheirNames() {
        ServiceDefinition service = ServiceDefinition.of("queue", "q1").withMetadata(metadata(reversed()));
        assertEquals(NAMES, List.copyOf(service.metadata().keySet()));
    }

    @Test
    void aQueryHasItsFiltersInTheOrderOfTheCaller() {
        Set<String> given = new LinkedHashSet<>(reversed());
        ServiceQuery query = new ServiceQuery(given, given, given, given, Set.of(), Map.of());
        for (Set<String> filter : List.of(query.uuids(), query.types(), query.hosts(), query.regions())) {
            assertEquals(reversed(), List.copyOf(filter));
        }
    }

    private static List<String> reversed() {
        List<String> reversed = new ArrayList<>(NAMES);
        Collections.reverse(reversed);
        return reversed;
    }

    private static Map<String, String> metadata(List<String> names) {
        Map<String, String> metadata = new LinkedHashMap<>();
        names.forEach(name -> metadata.put(name, "value of " + name));
        return metadata;
    }
}
