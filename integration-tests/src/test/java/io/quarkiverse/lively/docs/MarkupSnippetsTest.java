package io.quarkiverse.lively.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import javax.xml.parsers.DocumentBuilderFactory;

import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;

import io.quarkiverse.lively.test.DocPage;
import io.quarkus.builder.Version;

/** No block of code is checked by nobody; and those of XML and YAML are what they say. */
class MarkupSnippetsTest {

    /** Java, properties and commands have a test of their own. Groovy is that of Gradle. */
    private static final Set<String> LANGUAGES = Set.of("java", "properties", "shell", "bash", "xml", "yaml", "groovy");
    /** What is not on the class path as a jar: no part of an application, or just built. */
    private static final Set<String> OTHERS = Set.of("quarkus-bom", "quarkus-maven-plugin", "quarkus-lively",
            "maven-compiler-plugin", "maven-surefire-plugin");

    @Test
    void eachBlockSaysALanguageThatATestKnows() {
        List<String> unknown = DocPage.all().stream().flatMap(page -> page.blocks().stream())
                .filter(block -> !LANGUAGES.contains(block.language()))
                .map(block -> block.where() + ": '" + block.language() + "'").toList();
        assertEquals(List.of(), unknown, "say [source,<language>] of what a test can check; what a program answers is in ....");
    }

    @Test
    void xmlNamesArtifactsThatThereAre() throws Exception {
        List<DocPage.Block> blocks = DocPage.all().stream().flatMap(page -> page.blocks("xml").stream()).toList();
        assertTrue(blocks.size() > 2, "the blocks are found: " + blocks.size());
        Set<String> there = artifacts();
        List<String> faults = new ArrayList<>();
        for (DocPage.Block block : blocks) {
            Document document = document(block);
            for (String container : List.of("dependency", "plugin")) {
                for (String artifact : texts(document, container, "artifactId")) {
                    if (!there.contains(artifact)) {
                        faults.add(block.where() + ": there is no artifact " + artifact);
                    }
                }
            }
            for (String version : texts(document, "properties", "quarkus.platform.version")) {
                assertEquals(Version.getVersion(), version, block.where());
            }
        }
        assertEquals(List.of(), faults);
    }

    /** It is not run, and names what the pom of Getting started names. */
    @Test
    void gradleBuildsWhatMavenBuilds() throws Exception {
        String gradle = DocPage.named("versions.adoc").blocks("groovy").get(0).text();
        Document maven = document(DocPage.named("getting-started.adoc").blocks("xml").get(0));
        List<String> versions = texts(maven, "dependency", "version");
        for (String artifact : texts(maven, "dependency", "artifactId")) {
            assertTrue(gradle.contains(":" + artifact), artifact);
        }
        assertTrue(gradle.contains(":quarkus-lively:" + versions.get(1) + "'"), gradle);
        assertTrue(gradle.contains("id 'io.quarkus' version '" + Version.getVersion() + "'"), gradle);
        assertTrue(gradle.contains("io.quarkus:quarkus-bom:" + Version.getVersion() + "'"), gradle);
    }

    /** A release would have to change it everywhere. */
    @Test
    void noPageWritesTheVersionOut() {
        List<String> written = DocPage.all().stream()
                .flatMap(page -> page.lines().stream()
                        .filter(line -> line.contains("-SNAPSHOT") && !line.contains("1.0-SNAPSHOT"))
                        .map(line -> page.name() + ": " + line))
                .toList();
        assertEquals(List.of(), written, "write {project-version}");
    }

    /** Maven 3.8 chooses a compiler plugin that ignores the Java version of the pom, and a Surefire that knows no JUnit. */
    @Test
    void aPomNamesThePluginsThatItBuildsWith() throws Exception {
        List<String> faults = new ArrayList<>();
        int poms = 0;
        for (DocPage.Block block : DocPage.all().stream().flatMap(page -> page.blocks("xml").stream()).toList()) {
            Document document = document(block);
            if (document.getElementsByTagName("project").getLength() == 0) {
                continue;
            }
            poms++;
            List<String> plugins = texts(document, "plugin", "artifactId");
            boolean tests = texts(document, "dependency", "scope").contains("test");
            for (String plugin : tests ? List.of("maven-compiler-plugin", "maven-surefire-plugin")
                    : List.of("maven-compiler-plugin")) {
                if (!plugins.contains(plugin)) {
                    faults.add(block.where() + ": the plugin " + plugin + " is not named");
                }
            }
            if (texts(document, "plugin", "version").size() < plugins.size()) {
                faults.add(block.where() + ": a plugin has no version");
            }
            if (tests && !texts(document, "systemPropertyVariables", "java.util.logging.manager")
                    .equals(List.of("org.jboss.logmanager.LogManager"))) {
                faults.add(block.where() + ": the log manager of Quarkus is not named");
            }
        }
        assertEquals(List.of(), faults);
        assertTrue(poms > 1, "the poms are found: " + poms);
    }

    @Test
    void yamlIsYaml() throws Exception {
        for (DocPage page : DocPage.all()) {
            for (DocPage.Block block : page.blocks("yaml")) {
                assertTrue(!new YAMLMapper().readTree(block.text()).isEmpty(), block.where());
            }
        }
    }

    private static Document document(DocPage.Block block) throws Exception {
        // A block may be a part of a file: several elements beside each other.
        String declared = block.text().replaceFirst("^<\\?xml.*\\?>", "");
        return DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new InputSource(new StringReader("<snippet>" + declared + "</snippet>")));
    }

    private static List<String> texts(Document document, String container, String element) {
        NodeList found = document.getElementsByTagName(element);
        return IntStream.range(0, found.getLength()).mapToObj(found::item)
                .filter(node -> node.getParentNode().getNodeName().equals(container))
                .map(node -> node.getTextContent().strip()).toList();
    }

    /** By the names of the jars on the class path. */
    private static Set<String> artifacts() {
        Set<String> names = new HashSet<>(OTHERS);
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            String file = Path.of(entry).getFileName().toString();
            names.add(file.replaceFirst("-\\d.*\\.jar$", ""));
        }
        return names;
    }
}
