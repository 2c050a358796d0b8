package io.quarkiverse.lively.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.DocPage;

/** The tests on the page about testing are those that are run here. */
class TestingPageTest {

    private static final Path TESTS = Path.of("src", "test", "java", "org", "acme");

    @Test
    void itsExamplesAreRun() throws IOException {
        List<String> examples = DocPage.named("testing.adoc").blocks("java").stream().map(DocPage.Block::text).toList();

        assertEquals(List.of(test("FleetTest"), test("MockedRegistryTest"), test("OtherProfileTest")), examples);
    }

    private static String test(String name) throws IOException {
        return Files.readString(TESTS.resolve(name + ".java")).strip();
    }
}
