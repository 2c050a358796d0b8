package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.acme.OwnRegion;
import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.LivelyMetadataKey;
import io.quarkiverse.lively.test.DocPage;
import io.smallrye.stork.api.Metadata;
import io.smallrye.stork.api.NoServiceInstanceFoundException;
import io.smallrye.stork.api.ServiceInstance;
import io.smallrye.stork.impl.DefaultServiceInstance;

/** The load balancer on the page about Stork works with the instances that Lively offers. */
class StorkPageTest {

    private final ServiceInstance west = instance(1, "west");
    private final ServiceInstance east = instance(2, "east");

    @Test
    void itIsTheOneThatIsTestedHere() throws IOException {
        String source = Files.readString(Path.of("src", "test", "java", "org", "acme", "OwnRegion.java")).strip();

        assertEquals(1,
                DocPage.named("stork.adoc").blocks("java").stream().filter(block -> block.text().equals(source)).count());
    }

    @Test
    void anInstanceOfTheOwnRegionIsPreferred() {
        OwnRegion balancer = new OwnRegion("west");

        assertSame(west, balancer.selectServiceInstance(List.of(east, west)));
        assertSame(east, balancer.selectServiceInstance(List.of(east)));
        assertThrows(NoServiceInstanceFoundException.class, () -> balancer.selectServiceInstance(List.of()));
    }

    /** As StorkDiscoveryTest shows them. */
    private static ServiceInstance instance(long id, String region) {
        return new DefaultServiceInstance(id, "10.0.0.1", 9000, false, Map.of(), Metadata.of(LivelyMetadataKey.class,
                Map.of(LivelyMetadataKey.UUID, "u" + id, LivelyMetadataKey.TYPE, "worker", LivelyMetadataKey.HOST, "h" + id,
                        LivelyMetadataKey.REGION, region)));
    }
}
