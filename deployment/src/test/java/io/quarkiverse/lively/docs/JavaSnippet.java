package io.quarkiverse.lively.docs;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

import com.sun.source.util.JavacTask;

import io.quarkiverse.lively.test.DocPage;

/**
 * A block of Java in the documentation, and the class that it is compiled to.
 *
 * @param id the name of its page, and which block of Java it is there, counted from 1
 * @param content the file to compile; the lines of the block keep their order
 */
record JavaSnippet(String id, DocPage.Block block, Shape shape, String packageName, String content) {

    private static final String IMPORTS = Stream.of("io.quarkiverse.lively.*", "io.quarkiverse.lively.docs.Surroundings.*",
            "io.smallrye.mutiny.*", "jakarta.enterprise.event.*", "jakarta.inject.*",
            "jakarta.ws.rs.*", "java.time.*", "java.util.*",
            "org.eclipse.microprofile.rest.client.inject.RegisterRestClient")
            .map(name -> "import " + name + ";").reduce("", String::concat);
    private static final String BEAN = "@Singleton public class Snippet extends io.quarkiverse.lively.docs.Surroundings { ";
    private static final Pattern TYPE = Pattern.compile("\\b(?:class|interface|record|enum) (\\w+)");
    private static final JavaCompiler JAVAC = ToolProvider.getSystemJavaCompiler();
    /** One for all: each new one reads the JDK anew. */
    private static final JavaFileManager FILES = JAVAC.getStandardFileManager(null, null, null);

    /** The kinds of blocks. Those that are no file become one, in which they are a bean of an application. */
    enum Shape {
        FILE("%2$s"),
        TYPE("package %1$s; " + IMPORTS + " %2$s"),
        MEMBERS("package %1$s; " + IMPORTS + BEAN + "%2$s\n}"),
        STATEMENTS("package %1$s; " + IMPORTS + BEAN + "public void run() throws Exception { %2$s\n} }");

        private final String file;

        Shape(String file) {
            this.file = file;
        }

        static Shape of(String text) {
            return text.startsWith("package ") ? FILE
                    : Stream.of(TYPE, MEMBERS).filter(shape -> parses(shape.around("snippet", text))).findFirst()
                            .orElse(STATEMENTS);
        }

        /** A comment with an ellipsis stands for code of the reader, so that a test can look there. */
        String around(String packageName, String text) {
            return file.formatted(packageName, text.replaceAll("// \\.\\.\\..*", "meanwhile.run();"));
        }
    }

    private static final class Source extends SimpleJavaFileObject {

        private final JavaSnippet snippet;

        Source(JavaSnippet snippet) {
            super(URI.create("docs:///" + snippet.block.where().replace(':', '/') + Kind.SOURCE.extension), Kind.SOURCE);
            this.snippet = snippet;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return snippet.content;
        }

        /** A page names no files. */
        @Override
        public boolean isNameCompatible(String simpleName, Kind kind) {
            return true;
        }
    }

    /** Those of all pages and of the README. */
    static List<JavaSnippet> all() {
        List<JavaSnippet> snippets = new ArrayList<>();
        for (DocPage page : DocPage.all()) {
            int number = 0;
            for (DocPage.Block block : page.blocks("java")) {
                Shape shape = Shape.of(block.text());
                String packageName = "snippet" + snippets.size();
                snippets.add(new JavaSnippet(page.name() + " " + ++number, block, shape, packageName,
                        shape.around(packageName, block.text())));
            }
        }
        return snippets;
    }

    /** The errors of the compiler, each with the line of the page. */
    static List<String> compile(List<JavaSnippet> snippets, Path classes) {
        return compile(snippets, "-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
    }

    /** Of a block that is no file. */
    String className() {
        Matcher type = TYPE.matcher(block.text());
        return packageName + "." + (shape == Shape.TYPE && type.find() ? type.group(1) : "Snippet");
    }

    private static List<String> compile(List<JavaSnippet> snippets, String... options) {
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        JAVAC.getTask(null, null, diagnostics, options(options), null, snippets.stream().map(Source::new).toList()).call();
        return diagnostics.getDiagnostics().stream().filter(found -> found.getKind() == Diagnostic.Kind.ERROR)
                .map(JavaSnippet::describe).toList();
    }

    private static String describe(Diagnostic<? extends JavaFileObject> found) {
        String where = found.getSource() instanceof Source source
                ? source.snippet.block.page().name() + ":" + (source.snippet.block.line() + found.getLineNumber() - 1)
                : String.valueOf(found.getSource());
        return where + ": " + found.getMessage(null);
    }

    private static boolean parses(String content) {
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        JavaFileObject file = new SimpleJavaFileObject(URI.create("docs:///Snippet.java"), JavaFileObject.Kind.SOURCE) {

            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return content;
            }
        };
        try {
            ((JavacTask) JAVAC.getTask(null, FILES, diagnostics, options(), null, List.of(file))).parse();
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
