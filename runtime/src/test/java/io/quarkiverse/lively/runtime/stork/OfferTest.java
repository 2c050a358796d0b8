package io.quarkiverse.lively.runtime.stork;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Liveness;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.test.Records;
import io.quarkus.runtime.configuration.ConfigurationException;

/** What is configured in Stork, as a query; and what of it is refused, naming the property. */
class OfferTest {

    @Test
    void byDefaultTheServicesOfThatTypeThatAreUp() {
        Offer offer = Offer.of("orders", new LivelyConfiguration());
        assertEquals(ServiceQuery.ofTypes("orders").withLiveness(Liveness.UP), offer.query());
    }

    @Test
    void anyOfTheRegionsAndAllOfTheMetadata() {
        Offer offer = Offer.of("orders", new LivelyConfiguration().withServiceType("order-service").withRegion("west, south")
                .withMetadata("zone=a, formula=x=y"));
        assertEquals(ServiceQuery.ofTypes("order-service").withRegions("west", "south").withLiveness(Liveness.UP)
                .andMetadata("zone", "a").andMetadata("formula", "x=y"), offer.query());
    }

    @Test
    void nobodyCanCallOneWithoutAnEndpoint() {
        assertFalse(Offer.of("orders", new LivelyConfiguration())
                .includes(Records.of(ServiceDefinition.of("orders", "h1"))));
    }

    @Test
    void whatCanMatchNothingIsRefused() {
        assertRefused("service-type is 'a/b', but ", new LivelyConfiguration().withServiceType("a/b"));
        assertRefused("service-type is '', but ", new LivelyConfiguration().withServiceType(""));
        assertRefused("region is 'west,', but ", new LivelyConfiguration().withRegion("west,"));
        assertRefused("metadata is 'zone', but it must be name=value", new LivelyConfiguration().withMetadata("zone"));
        assertRefused("metadata is '=a?', but it must be name=value", new LivelyConfiguration().withMetadata("=a\n"));
    }

    private static void assertRefused(String message, LivelyConfiguration parameters) {
        String refusal = assertThrows(ConfigurationException.class, () -> Offer.of("orders", parameters)).getMessage();
        assertTrue(refusal.startsWith("quarkus.stork.orders.service-discovery." + message), refusal);
    }
}
