package io.quarkiverse.lively.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.DocPage;
import io.quarkus.runtime.annotations.ConfigRoot;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;

/** Each property in the documentation is one that Lively or Quarkus has, with a value that it takes. */
class PropertiesSnippetsTest {

    /** What the pages take from the environment. */
    private static final Map<String, String> ENVIRONMENT = Map.of("ETCD_PASSWORD", "secret");

    @Test
    void allOfThemAreKnown() throws IOException {
        List<Class<?>> roots = roots();
        List<DocPage.Block> blocks = DocPage.all().stream().flatMap(page -> page.blocks("properties").stream()).toList();
        assertTrue(blocks.size() > 10, "the blocks are found: " + blocks.size());
        List<String> faults = new ArrayList<>();
        for (DocPage.Block block : blocks) {
            Properties properties = new Properties();
            properties.load(new StringReader(block.text()));
            for (String name : properties.stringPropertyNames()) {
                String plain = name.replaceFirst("^%[a-z,]+\\.", "");
                if (!isKnown(plain, roots)) {
                    faults.add(block.where() + ": nothing knows " + name);
                }
            }
            try {
                SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder().addDefaultInterceptors().addDiscoveredConverters()
                        .withSources(new PropertiesConfigSource(properties, block.where(), 200))
                        .withSources(new PropertiesConfigSource(ENVIRONMENT, "environment", 100));
                roots.forEach(builder::withMapping);
                builder.build();
            } catch (RuntimeException e) {
                faults.add(block.where() + ": " + e.getMessage());
            }
        }
        assertEquals("", String.join("\n", faults));
    }

    /** Whether that name is a property, whatever its value. */
    static boolean isKnown(String name) {
        try {
            return isKnown(name, roots());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isKnown(String name, List<Class<?>> roots) {
        return roots.stream().map(root -> root.getAnnotation(ConfigMapping.class).prefix())
                .anyMatch(prefix -> name.startsWith(prefix + "."));
    }

    /** Of all extensions on the class path. */
    private static List<Class<?>> roots() throws IOException {
        List<Class<?>> roots = new ArrayList<>();
        for (URL list : Collections.list(PropertiesSnippetsTest.class.getClassLoader()
                .getResources("META-INF/quarkus-config-roots.list"))) {
            try (BufferedReader names = new BufferedReader(new InputStreamReader(list.openStream(), StandardCharsets.UTF_8))) {
                for (String name : names.lines().toList()) {
                    Class<?> root = type(name);
                    if (root.isAnnotationPresent(ConfigMapping.class) && root.isAnnotationPresent(ConfigRoot.class)) {
                        roots.add(root);
                    }
                }
            }
        }
        return roots;
    }

    private static Class<?> type(String name) {
        try {
            return Class.forName(name, false, PropertiesSnippetsTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
