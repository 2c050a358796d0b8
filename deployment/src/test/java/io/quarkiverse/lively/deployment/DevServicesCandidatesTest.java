package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.quarkiverse.lively.deployment.LivelyBuildTimeConfig.DevServices;
import io.quarkiverse.lively.deployment.LivelyBuildTimeConfig.DevServices.Provider;
import io.quarkus.runtime.LaunchMode;

/**
 * A container comes first, then the program on the path, each only if it is there, then the embedded one; or the one that is
 * named.
 */
class DevServicesCandidatesTest {

    private static final String CONTAINER = "etcd in a container of some/etcd:1";
    private static final String EMBEDDED = "an embedded etcd, in memory and for development and tests only";

    @TempDir
    Path installed;
    @TempDir
    Path empty;
    private Path program;

    @BeforeEach
    void install() throws IOException {
        program = Files.createFile(installed.resolve("etcd"));
        program.toFile().setExecutable(true);
    }

    @Test
    void containerBeforeProgramBeforeEmbedded() {
        assertEquals(List.of(CONTAINER, "etcd " + program, EMBEDDED), candidates(Provider.AUTO, true, empty, installed));
    }

    @Test
    void programWithoutDocker() {
        assertEquals(List.of("etcd " + program, EMBEDDED), candidates(Provider.AUTO, false, empty, installed));
    }

    @Test
    void containerWithoutProgram() {
        assertEquals(List.of(CONTAINER, EMBEDDED), candidates(Provider.AUTO, true, empty));
    }

    @Test
    void embeddedWithoutAnything() {
        assertEquals(List.of(EMBEDDED), candidates(Provider.AUTO, false, empty));
    }

    @Test
    void whatMayNotBeExecutedIsNoProgram() {
        program.toFile().setExecutable(false);

        assertEquals(List.of(EMBEDDED), candidates(Provider.AUTO, false, installed));
    }

    @Test
    void theOneThatIsNamedBeItThereOrNot() {
        assertEquals(List.of(CONTAINER), candidates(Provider.CONTAINER, false, installed));
        assertEquals(List.of("etcd " + program), candidates(Provider.BINARY, true, installed));
        assertEquals(List.of("etcd etcd"), candidates(Provider.BINARY, true, empty));
        assertEquals(List.of(EMBEDDED), candidates(Provider.EMBEDDED, true, installed));
    }

    @Test
    void aSharedOneIsLookedForAtItsPortAndAmongTheContainersButNotInTests() {
        EtcdSearch port = new PortSearch(7);
        EtcdSearch container = new ContainerSearch("ours");
        assertEquals(List.of(port, container), searches(Provider.AUTO, LaunchMode.DEVELOPMENT, true));
        assertEquals(List.of(port), searches(Provider.AUTO, LaunchMode.RUN, false));
        assertEquals(List.of(port), searches(Provider.EMBEDDED, LaunchMode.RUN, true));
        assertEquals(List.of(), searches(Provider.AUTO, LaunchMode.TEST, true));
    }

    private static List<EtcdSearch> searches(Provider provider, LaunchMode mode, boolean docker) {
        return LivelyDevServicesProcessor.searches(new Configured(provider, OptionalInt.of(7)), mode, () -> docker);
    }

    private static List<String> candidates(Provider provider, boolean docker, Path... path) {
        return LivelyDevServicesProcessor
                .candidates(new Configured(provider, OptionalInt.empty()), LaunchMode.TEST, Duration.ofSeconds(1),
                        () -> docker, new SearchPath(List.of(path)))
                .stream().map(LocalEtcd::description).toList();
    }

    private record Configured(Provider provider, OptionalInt port) implements DevServices {

        @Override
        public boolean enabled() {
            return true;
        }

        @Override
        public boolean shared() {
            return true;
        }

        @Override
        public String serviceName() {
            return "ours";
        }

        @Override
        public String imageName() {
            return "some/etcd:1";
        }
    }
}
