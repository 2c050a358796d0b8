package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import io.quarkus.devtools.codestarts.quarkus.QuarkusCodestartCatalog;
import io.quarkus.devtools.codestarts.quarkus.QuarkusCodestartData.QuarkusDataKey;
import io.quarkus.devtools.codestarts.quarkus.QuarkusCodestartProjectInput;
import io.quarkus.devtools.project.BuildTool;
import io.quarkus.maven.dependency.ArtifactCoords;
import io.quarkus.platform.descriptor.loader.json.ClassPathResourceLoader;
import io.quarkus.platform.descriptor.loader.json.ZipResourceLoader;
import io.quarkus.registry.catalog.Extension;
import io.quarkus.registry.catalog.ExtensionCatalog;

/**
 * Who makes a new application with this extension is given code, a test of it, and what both depend on. That the code
 * works, the integration tests show.
 */
class CodestartTest {

    private static final Path RUNTIME = Path.of("..", "runtime", "target");

    @TempDir
    Path application;

    @Test
    void isPutIntoANewApplication() throws IOException {
        Extension lively = Extension.fromFile(RUNTIME.resolve(Path.of("classes", "META-INF", "quarkus-extension.yaml")));

        QuarkusCodestartCatalog.fromExtensionsCatalog(ExtensionCatalog.builder().addExtension(lively).build(),
                List.of(new ClassPathResourceLoader(), new ZipResourceLoader(codestarts(lively))))
                .createProject(newApplicationWith(lively)).generate(application);

        assertTrue(text("src/main/java/com/example/shop/LivelyResource.java").startsWith("package com.example.shop;"));
        assertTrue(text("src/test/java/com/example/shop/LivelyResourceTest.java").startsWith("package com.example.shop;"));
        for (String dependency : List.of("quarkus-lively", "quarkus-rest", "rest-assured", "awaitility")) {
            assertTrue(text("pom.xml").contains("<artifactId>" + dependency + "</artifactId>"), dependency);
        }
        assertTrue(text("README.md").contains("`/lively` tells which services are up"), text("README.md"));
    }

    /** The artifact that the extension names, as this build has made it. */
    private static Path codestarts(Extension lively) {
        Map<?, ?> codestart = (Map<?, ?>) lively.getMetadata().get("codestart");
        ArtifactCoords artifact = ArtifactCoords.fromString((String) codestart.get("artifact"));
        return RUNTIME.resolve(
                artifact.getArtifactId() + "-" + artifact.getVersion() + "-" + artifact.getClassifier() + ".jar");
    }

    private static QuarkusCodestartProjectInput newApplicationWith(Extension lively) {
        Object quarkus = lively.getMetadata().get("built-with-quarkus-core");
        return QuarkusCodestartProjectInput.builder()
                .addExtension(lively.getArtifact())
                .buildTool(BuildTool.MAVEN).noBuildToolWrapper().noDockerfiles()
                .addCodestart("java")
                .putData(QuarkusDataKey.PROJECT_GROUP_ID, "com.example")
                .putData(QuarkusDataKey.PROJECT_ARTIFACT_ID, "shop")
                .putData(QuarkusDataKey.PROJECT_VERSION, "1")
                .putData(QuarkusDataKey.PROJECT_PACKAGE_NAME, "com.example.shop")
                .putData(QuarkusDataKey.QUARKUS_VERSION, quarkus)
                .putData(QuarkusDataKey.BOM_GROUP_ID, "io.quarkus")
                .putData(QuarkusDataKey.BOM_ARTIFACT_ID, "quarkus-bom")
                .putData(QuarkusDataKey.BOM_VERSION, quarkus)
                .putData(QuarkusDataKey.QUARKUS_MAVEN_PLUGIN_GROUP_ID, "io.quarkus")
                .putData(QuarkusDataKey.QUARKUS_MAVEN_PLUGIN_ARTIFACT_ID, "quarkus-maven-plugin")
                .putData(QuarkusDataKey.QUARKUS_MAVEN_PLUGIN_VERSION, quarkus)
                .putData(QuarkusDataKey.JAVA_VERSION, "17")
                .putData(QuarkusDataKey.MAVEN_COMPILER_PLUGIN_VERSION, "3.14.0")
                .putData(QuarkusDataKey.MAVEN_SUREFIRE_PLUGIN_VERSION, "3.5.3")
                .build();
    }

    private String text(String file) throws IOException {
        return Files.readString(application.resolve(file));
    }
}
