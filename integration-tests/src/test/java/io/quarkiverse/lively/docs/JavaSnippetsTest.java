package io.quarkiverse.lively.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import com.sun.source.util.JavacTask;

import io.quarkiverse.lively.test.DocPage;

/** All Java in the documentation compiles: whole files, and what stands for a part of one. */
class JavaSnippetsTest {

    private static final String IMPORTS = Stream.of("io.quarkiverse.lively.*", "io.quarkiverse.lively.docs.Surroundings.*",
            "io.quarkus.test.junit.*", "io.smallrye.mutiny.*", "jakarta.enterprise.event.*", "jakarta.inject.*",
            "jakarta.ws.rs.*", "java.time.*", "java.util.*",
            "org.eclipse.microprofile.rest.client.inject.RegisterRestClient", "org.junit.jupiter.api.Test")
            .map(name -> "import " + name + ";").reduce("", String::concat);

    private static final JavaCompiler JAVAC = ToolProvider.getSystemJavaCompiler();

    /** What a block may be, and what it takes to make a file of it. */
    private enum Shape {
        FILE("%2$s"),
        TYPE("package %1$s; " + IMPORTS + " %2$s"),
        MEMBERS("package %1$s; " + IMPORTS + " class Snippet extends io.quarkiverse.lively.docs.Surroundings { %2$s\n}"),
        STATEMENTS("package %1$s; " + IMPORTS
                + " class Snippet extends io.quarkiverse.lively.docs.Surroundings { void run() throws Exception { %2$s\n} }");

        private final String file;

        Shape(String file) {
            this.file = file;
        }

        /** Lines stay where they are. */
        Source around(DocPage.Block block, int number) {
            return new Source(block, file.formatted("snippet" + number, block.text()));
        }

        boolean fits(DocPage.Block block) {
            return this == FILE ? block.text().startsWith("package ") : parses(around(block, 0));
        }
    }

    private static final class Source extends SimpleJavaFileObject {

        private final DocPage.Block block;
        private final String content;

        Source(DocPage.Block block, String content) {
            super(URI.create("docs:///" + block.where().replace(':', '/') + Kind.SOURCE.extension), Kind.SOURCE);
            this.block = block;
            this.content = content;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return content;
        }

        /** A page names no files. */
        @Override
        public boolean isNameCompatible(String simpleName, Kind kind) {
            return true;
        }
    }

    @Test
    void allOfItCompiles(@TempDir Path classes) {
        List<DocPage.Block> blocks = DocPage.all().stream().flatMap(page -> page.blocks("java").stream()).toList();
        assertTrue(blocks.size() > 10, "the blocks are found: " + blocks.size());
        List<Source> sources = new ArrayList<>();
        for (DocPage.Block block : blocks) {
            Shape shape = Arrays.stream(Shape.values()).filter(candidate -> candidate.fits(block)).findFirst()
                    .orElse(Shape.STATEMENTS);
            sources.add(shape.around(block, sources.size()));
        }
        assertEquals("", String.join("\n", errors(sources, "-d", classes.toString(), "-cp",
                System.getProperty("java.class.path"))));
    }

    private static List<String> errors(List<Source> sources, String... options) {
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        JAVAC.getTask(null, null, diagnostics, options(options), null, sources).call();
        return diagnostics.getDiagnostics().stream().filter(found -> found.getKind() == Diagnostic.Kind.ERROR)
                .map(JavaSnippetsTest::describe).toList();
    }

    private static String describe(Diagnostic<? extends JavaFileObject> found) {
        String where = found.getSource() instanceof Source source
                ? source.block.page().name() + ":" + (source.block.line() + found.getLineNumber() - 1)
                : String.valueOf(found.getSource());
        return where + ": " + found.getMessage(null);
    }

    private static boolean parses(Source source) {
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        try {
            ((JavacTask) JAVAC.getTask(null, null, diagnostics, options(), null, List.of(source))).parse();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return diagnostics.getDiagnostics().stream().noneMatch(found -> found.getKind() == Diagnostic.Kind.ERROR);
    }

    /** In the Java that Lively is for: a later one would take members for a file of their own. */
    private static List<String> options(String... more) {
        return Stream.concat(Stream.of("--release", "17", "-proc:none"), Arrays.stream(more)).toList();
    }
}
