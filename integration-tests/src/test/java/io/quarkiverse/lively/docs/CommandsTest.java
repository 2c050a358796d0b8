package io.quarkiverse.lively.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.DocPage;

/**
 * Each command in the documentation is run by a test. Maven is not, as no test runs a build: what its commands name is looked
 * for in the build.
 */
class CommandsTest {

    private static final Path HOUSE = Path.of("..");
    /** Each runs the commands of that page, all of them. */
    private static final Map<String, String> RUN_BY = Map.of(
            "README.md", "ReadmeIT",
            "dev-services.adoc", "EtcdContainerTest",
            "metrics.adoc", "ReadmeIT",
            "management.adoc", "ManagementPolicyTest",
            "operations.adoc", "OperationsPageTest",
            "os-lively.adoc", "OsLivelyRecipesTest",
            "security.adoc", "SecurityRolesTest");
    /** Tried by hand: they need the programs that Maven runs. */
    private static final Set<String> BY_HAND = Set.of(
            // getting-started.adoc
            "curl http://localhost:8080/fleet",
            "curl 'http://localhost:8080/fleet/up?host=second'",
            "kill -9 $(curl http://localhost:8081/fleet/pid)",
            // performance.adoc
            "git worktree add ../base main",
            "(cd ../base && mvn package -Pbenchmark)",
            // reliability.adoc, and line by line in .ci/run
            "export LIVELY_ETCD_NEXT=$(.ci/etcd-next/build)");
    /** Of {@code Browser}. */
    private static final String SCREENSHOTS = "lively.screenshots";
    /** Of Maven itself, and of its plugins. */
    private static final Set<String> WORDS = Set.of("mvn", "verify", "package", "install", "quarkus:dev", "-q", "-am", "-pl",
            "-DskipTests", "-Dnative");

    @Test
    void eachIsRunByATest() throws IOException {
        List<String> faults = new ArrayList<>();
        for (DocPage page : DocPage.all()) {
            for (DocPage.Block block : commands(page)) {
                for (String command : block.commands()) {
                    if (!command.startsWith("mvn ") && !BY_HAND.contains(command) && !RUN_BY.containsKey(page.name())) {
                        faults.add(block.where() + ": no test runs: " + command);
                    }
                }
            }
        }
        assertEquals(List.of(), faults);
        for (Map.Entry<String, String> entry : RUN_BY.entrySet()) {
            assertTrue(source(entry.getValue()).contains('"' + entry.getKey() + '"'), entry + ": the test reads the page");
        }
    }

    @Test
    void whatIsTriedByHandIsOnAPage() {
        Set<String> gone = new HashSet<>(BY_HAND);
        DocPage.all().stream().flatMap(page -> commands(page).stream()).forEach(block -> gone.removeAll(block.commands()));
        assertEquals(Set.of(), gone);
    }

    @Test
    void mavenKnowsWhatItIsTold() throws IOException {
        List<String> faults = new ArrayList<>();
        String poms = poms();
        for (DocPage page : DocPage.all()) {
            for (DocPage.Block block : commands(page)) {
                block.commands().stream().filter(command -> command.startsWith("mvn ")).forEach(command -> {
                    for (String word : command.split(" +")) {
                        if (!isKnown(word, poms)) {
                            faults.add(block.where() + ": what is " + word + "?");
                        }
                    }
                });
            }
        }
        assertEquals(List.of(), faults);
    }

    private static boolean isKnown(String word, String poms) {
        if (WORDS.contains(word)) {
            return true;
        }
        if (word.startsWith("-P")) {
            return poms.contains("<id>" + word.substring(2) + "</id>");
        }
        if (word.startsWith("-D")) {
            String[] property = word.substring(2).split("=", 2);
            if (property[0].startsWith("quarkus.")) {
                // Of the application, which dev mode hands them on to.
                Properties properties = new Properties();
                properties.setProperty(property[0], property[1]);
                return PropertiesSnippetsTest.faults(properties).isEmpty();
            }
            return property[0].equals(SCREENSHOTS) || poms.contains("<" + property[0] + ">");
        }
        return poms.contains("<module>" + word + "</module>");
    }

    private static List<DocPage.Block> commands(DocPage page) {
        return Stream.concat(page.blocks("shell").stream(), page.blocks("bash").stream()).toList();
    }

    private static String poms() throws IOException {
        StringBuilder poms = new StringBuilder();
        for (String pom : List.of("pom.xml", "integration-tests/pom.xml")) {
            poms.append(Files.readString(HOUSE.resolve(pom)));
        }
        return poms.toString();
    }

    private static String source(String test) throws IOException {
        Pattern name = Pattern.compile("src.test.java.*[/\\\\]" + test + "\\.java$");
        for (String module : List.of("runtime", "deployment", "integration-tests")) {
            try (Stream<Path> files = Files.walk(HOUSE.resolve(module).resolve("src/test/java"))) {
                Path found = files.filter(file -> name.matcher(file.toString()).find()).findFirst().orElse(null);
                if (found != null) {
                    return Files.readString(found);
                }
            }
        }
        throw new IllegalStateException("There is no test " + test);
    }
}
