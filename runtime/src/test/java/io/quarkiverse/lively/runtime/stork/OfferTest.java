package io.quarkiverse.lively.runtime.stork;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Endpoint;
import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.ServiceRecord;
import io.quarkus.runtime.configuration.ConfigurationException;

/** What is configured in Stork, as a query; and what of it is refused, naming the property. */
class OfferTest {

    private static final Endpoint ENDPOINT = new Endpoint("10.0.0.1", 9001, false);

    @Test
    void byDefaultTheServicesOfThatTypeThatAreUp() {
        Offer offer = Offer.of("orders", new LivelyConfiguration());
        assertEquals(ServiceQuery.types("orders").withLiveness(Liveness.UP), offer.query());
        assertEquals(Map.of(), offer.metadata());
    }

    @Test
    void anyOfTheRegionsAndAllOfTheMetadata() {
        Offer offer = Offer.of("orders", new LivelyConfiguration().withServiceType("order-service").withRegion("west, south")
                .withMetadata("zone=a, formula=x=y"));
        assertEquals(ServiceQuery.types("order-service").withRegions("west", "south").withLiveness(Liveness.UP),
                offer.query());
        assertEquals(Map.of("zone", "a", "formula", "x=y"), offer.metadata());
        assertTrue(offer.includes(service(Map.of("zone", "a", "formula", "x=y", "more", "z"))));
        assertFalse(offer.includes(service(Map.of("zone", "a"))));
        assertFalse(offer.includes(service(Map.of("zone", "b", "formula", "x=y"))));
    }

    @Test
    void nobodyCanCallOneWithoutAnEndpoint() {
        assertFalse(Offer.of("orders", new LivelyConfiguration())
                .includes(ServiceRecord.builder("orders", "h1").build()));
    }

    @Test
    void whatCanMatchNothingIsRefused() {
        assertRefused("service-type is 'a/b', but ", new LivelyConfiguration().withServiceType("a/b"));
        assertRefused("service-type is '', but ", new LivelyConfiguration().withServiceType(""));
        assertRefused("region is 'west,', but ", new LivelyConfiguration().withRegion("west,"));
        assertRefused("metadata is 'zone', but it must be name=value", new LivelyConfiguration().withMetadata("zone"));
        assertRefused("metadata is '=a?', but it must be name=value", new LivelyConfiguration().withMetadata("=a\n"));
    }

    private static ServiceRecord service(Map<String, String> metadata) {
        return ServiceRecord.builder("order-service", "h1").endpoint(ENDPOINT).metadata(metadata).build();
    }

    private static void assertRefused(String message, LivelyConfiguration parameters) {
        String refusal = assertThrows(ConfigurationException.class, () -> Offer.of("orders", parameters)).getMessage();
        assertTrue(refusal.startsWith("quarkus.stork.orders.service-discovery." + message), refusal);
    }
}
