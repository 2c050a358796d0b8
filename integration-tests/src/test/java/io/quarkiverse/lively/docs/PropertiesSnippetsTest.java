package io.quarkiverse.lively.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.DocPage;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;

/** Each property in the documentation is one that Lively or Quarkus has, with a value that it takes. */
class PropertiesSnippetsTest {

    /** What the pages take from the environment. */
    private static final Map<String, String> ENVIRONMENT = Map.of("ETCD_PASSWORD", "secret");

    @Test
    void allOfThemAreKnown() throws IOException {
        List<DocPage.Block> blocks = DocPage.all().stream().flatMap(page -> page.blocks("properties").stream()).toList();
        assertTrue(blocks.size() > 10, "the blocks are found: " + blocks.size());
        List<String> faults = new ArrayList<>();
        for (DocPage.Block block : blocks) {
            Properties properties = new Properties();
            properties.load(new StringReader(block.text()));
            faults(properties).forEach(fault -> faults.add(block.where() + ": " + fault));
        }
        assertEquals("", String.join("\n", faults));
    }

    /** What Quarkus would say of them, if they were all that is configured. */
    static List<String> faults(Properties properties) {
        List<Class<?>> roots = roots();
        List<String> faults = new ArrayList<>();
        Map<String, String> plain = new HashMap<>(ENVIRONMENT);
        for (String name : properties.stringPropertyNames()) {
            String withoutProfile = name.replaceFirst("^%[a-z,]+\\.", "");
            plain.put(withoutProfile, properties.getProperty(name));
            if (roots.stream().map(root -> root.getAnnotation(ConfigMapping.class).prefix())
                    .noneMatch(prefix -> withoutProfile.startsWith(prefix + "."))) {
                faults.add("nothing knows " + name);
            }
        }
        faults.addAll(refusals(plain, roots));
        // Some values are for the build of an application to say.
        faults.removeAll(refusals(ENVIRONMENT, roots));
        return faults;
    }

    private static List<String> refusals(Map<String, String> properties, List<Class<?>> roots) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder().addDefaultInterceptors().addDiscoveredConverters()
                .withSources(new PropertiesConfigSource(properties, "page", 200));
        roots.forEach(builder::withMapping);
        try {
            builder.build();
            return List.of();
        } catch (RuntimeException e) {
            return e.getMessage().lines().map(String::strip).toList();
        }
    }

    /** Of all extensions on the class path. */
    private static List<Class<?>> roots() {
        return PropertiesSnippetsTest.class.getClassLoader().resources("META-INF/quarkus-config-roots.list")
                .flatMap(PropertiesSnippetsTest::lines).<Class<?>> map(PropertiesSnippetsTest::type)
                .filter(root -> root.isAnnotationPresent(ConfigMapping.class)).toList();
    }

    private static Stream<String> lines(URL list) {
        try (InputStream names = list.openStream()) {
            return new String(names.readAllBytes(), StandardCharsets.UTF_8).lines();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName(name, false, PropertiesSnippetsTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
