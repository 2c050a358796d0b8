package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.logging.LogRecord;

import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

import jakarta.inject.Inject;

import org.jboss.shrinkwrap.api.asset.ByteArrayAsset;
import org.jboss.shrinkwrap.api.spec.JavaArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.Registration;
import io.quarkiverse.lively.ServiceDefinition;
import io.quarkiverse.lively.test.DocPage;
import io.quarkus.test.QuarkusUnitTest;
import io.restassured.RestAssured;

/** The application of the page "Getting started", word by word, does what the page says. Only Maven is left out. */
@ExtendWith(RealEtcd.class)
class GettingStartedTest {

    private static final DocPage PAGE = DocPage.named("getting-started.adoc");
    private static final String RESOURCE = "org/acme/FleetResource";

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(GettingStartedTest::ofThePage)
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideRuntimeConfigKey("quarkus.lively.service.host", "first")
            .setLogRecordPredicate(record -> record.getLoggerName().startsWith("org.acme"))
            .assertLogRecords(records -> assertTrue(records.stream().map(GettingStartedTest::text).toList()
                    .contains("greeter on second is EXPIRED")));

    @Inject
    LivenessRegistry registry;

    @Test
    void twoSeeEachOther() {
        await().until(() -> fleet().equals(Set.of("greeter on first is UP")));

        assertEquals(Long.toString(ProcessHandle.current().pid()), RestAssured.get("/fleet/pid").asString());
        Registration second = registry.register(ServiceDefinition.of("greeter", "second"));
        await().until(() -> fleet().equals(Set.of("greeter on first is UP", "greeter on second is UP")));
        assertEquals("true", RestAssured.get("/fleet/up?host=second").asString());
        second.close();
        assertEquals(Set.of("greeter on first is UP", "greeter on second is DOWN"), fleet());

        second = registry.register(ServiceDefinition.of("greeter", "second"));
        await().until(() -> "true".equals(RestAssured.get("/fleet/up?host=second").asString()));
        second.abandon();
        await().until(() -> fleet().equals(Set.of("greeter on first is UP", "greeter on second is EXPIRED")));
        assertEquals("false", RestAssured.get("/fleet/up?host=second").asString());
    }

    private static Set<String> fleet() {
        return new TreeSet<>(RestAssured.get("/fleet").asString().lines().toList());
    }

    private static String text(LogRecord record) {
        return record.getParameters() == null ? record.getMessage() : record.getMessage().formatted(record.getParameters());
    }

    private static void ofThePage(JavaArchive jar) {
        try {
            Properties properties = new Properties();
            properties.load(new StringReader(PAGE.blocks("properties").get(0).text()));
            StringBuilder lines = new StringBuilder();
            // Dev Services are for dev mode; what else the page says there is said here.
            properties.forEach((name, value) -> lines.append(name.toString().replace("%dev.", "")).append('=').append(value)
                    .append('\n'));
            jar.addClass(RealEtcd.class)
                    .addAsResource(new ByteArrayAsset(lines.toString().getBytes()), "application.properties")
                    .add(new ByteArrayAsset(compiled(PAGE.blocks("java").get(0).text())), RESOURCE + ".class");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] compiled(String source) throws IOException {
        Path directory = Files.createTempDirectory("getting-started");
        Path file = directory.resolve(RESOURCE + ".java");
        Files.createDirectories(file.getParent());
        Files.writeString(file, source);
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        assertEquals(0, javac.run(null, null, null, "-proc:none", "-cp", System.getProperty("java.class.path"),
                file.toString()));
        byte[] compiled = Files.readAllBytes(directory.resolve(RESOURCE + ".class"));
        for (Path written : new Path[] { directory.resolve(RESOURCE + ".class"), file, file.getParent(),
                file.getParent().getParent(), directory }) {
            Files.delete(written);
        }
        return compiled;
    }
}
