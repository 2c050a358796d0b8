package io.quarkiverse.lively.runtime.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.quarkiverse.lively.Maintenance;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.Status;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.quarkiverse.lively.test.NeedsProgram;

/** Runs each recipe of the page about os-lively against a real etcd, and holds its answer against the one on the page. */
@NeedsProgram({ "bash", "curl", "etcdctl", "python3" })
class OsLivelyRecipesTest {

    private static final Path PAGE = Path.of("..", "docs", "modules", "ROOT", "pages", "os-lively.adoc");
    private static final Pattern RECIPE = Pattern
            .compile("\\[source,bash\\]\\n----\\n(.*?)\\n----\\n(?:\\n\\.{4}\\n(.*?)\\n\\.{4}\\n)?", Pattern.DOTALL);
    private static final String DEFAULT_URL = "http://localhost:2379";

    private static RealStore store;

    private record Recipe(String script, Optional<String> answer) {
    }

    @BeforeAll
    static void start() {
        store = RealStore.opened();
        ServiceUpdater updater = new ServiceUpdater(store.etcd, store.layout, Duration.ofSeconds(60),
                new ServiceWriter(store.etcd, store.layout, new SystemPlatform(), "ops@desk"));
        updater.update(ServiceDefinition.of("nova-conductor", "otherhost").withUuid("3b059e33bbc44bc8b0d37df6e8d70223")
                .withRegion("us-west"), 0).join();
        updater.update(ServiceDefinition.of("nova-compute", "localhost").withUuid("de541c29ec5449e9ab9cea9d938e395c")
                .withRegion("us-east").withStatus(Status.DOWN).withMaintenance(Maintenance.of("Failed disk /dev/sda")), 0)
                .join();
    }

    @AfterAll
    static void end() {
        store.close();
    }

    @Test
    void thePageSaysFirstWhereEtcdIs() throws IOException {
        assertTrue(blocks().get(0).script().contains("ETCD=" + DEFAULT_URL), blocks().get(0).script());
        assertTrue(recipes().size() >= 9, "the recipes are found: " + recipes());
        assertEquals(1, recipes().stream().filter(recipe -> recipe.answer().isEmpty()).count(), "all but one have an answer");
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void theRecipeGivesTheAnswerOfThePage(Recipe recipe) throws IOException, InterruptedException {
        String script = "set -euo pipefail\n" + blocks().get(0).script().replace(DEFAULT_URL, store.server.url()) + "\n"
                + recipe.script();
        Process bash = new ProcessBuilder("bash", "-c", script).redirectErrorStream(true).start();
        String answer = new String(bash.getInputStream().readAllBytes()).stripTrailing();
        assertEquals(0, bash.waitFor(), answer);
        assertTrue(!answer.isEmpty(), recipe.script());
        recipe.answer().ifPresent(expected -> assertEquals(expected, answer));
    }

    /** The first block says where etcd is, and is run before each of the others. */
    static List<Recipe> recipes() throws IOException {
        return blocks().subList(1, blocks().size());
    }

    private static List<Recipe> blocks() throws IOException {
        return RECIPE.matcher(Files.readString(PAGE)).results()
                .map(found -> new Recipe(found.group(1), Optional.ofNullable(found.group(2)))).toList();
    }
}
