package io.quarkiverse.lively.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A page of the documentation, the README, or what coding assistants are told, for the tests that run what it shows.
 *
 * @param file where it is, from the directory of any module
 */
public record DocPage(Path file, List<String> lines) {

    /** The directory of all that is published with the pages. */
    public static final Path ROOT = Path.of("..", "docs", "modules", "ROOT");

    private static final Path PAGES = ROOT.resolve("pages");
    private static final Path ATTRIBUTES = PAGES.resolve("includes").resolve("attributes.adoc");
    private static final Path README = Path.of("..", "README.md");
    private static final Path SKILL = Path.of("..", "deployment", "src", "main", "resources", "META-INF", "quarkus-skill.md");

    /**
     * What is shown as code.
     *
     * @param line of the page, on which it begins
     * @param language as the page says; empty if it says none
     */
    public record Block(DocPage page, int line, String language, String text) {

        /** For the message of a test. */
        public String where() {
            return page.name() + ":" + line;
        }

        /** The commands of a shell, those of several lines as one, without what is only a comment. */
        public List<String> commands() {
            return text.replace("\\\n", " ").lines().map(command -> command.replaceFirst("\\s+#.*$", "").strip())
                    .filter(command -> !command.isEmpty()).toList();
        }
    }

    /** By its name, {@code security.adoc} for example. */
    public static DocPage named(String name) {
        return all().stream().filter(page -> page.name().equals(name)).findAny()
                .orElseThrow(() -> new IllegalArgumentException("There is no page " + name));
    }

    /** All that somebody has written: the generated ones are included in others. */
    public static List<DocPage> all() {
        try (Stream<Path> files = Files.list(PAGES)) {
            return Stream.concat(Stream.of(README, SKILL), files.filter(Files::isRegularFile).sorted()).map(DocPage::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DocPage read(Path file) {
        try {
            return new DocPage(file, Files.readAllLines(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String name() {
        return file.getFileName().toString();
    }

    public String text() {
        return String.join("\n", lines);
    }

    /** All of them, in order. */
    public List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String opening = lines.get(i);
            if (opening.equals("----") || opening.equals("....") || opening.startsWith("```")) {
                int end = end(i);
                // What a program answers is no code.
                if (!opening.equals("....")) {
                    String text = lines.subList(i + 1, end).stream().map(this::included).collect(Collectors.joining("\n"));
                    blocks.add(new Block(this, i + 2, language(i), hasAttributes(i) ? withAttributes(text) : text));
                }
                i = end;
            }
        }
        return blocks;
    }

    /** Those in that language. */
    public List<Block> blocks(String language) {
        return blocks().stream().filter(block -> block.language().equals(language)).toList();
    }

    private int end(int opening) {
        String delimiter = lines.get(opening).replaceFirst("^```.*", "```");
        for (int i = opening + 1; i < lines.size(); i++) {
            if (lines.get(i).equals(delimiter)) {
                return i;
            }
        }
        throw new IllegalStateException("No end of the block at " + name() + ":" + (opening + 1));
    }

    private String language(int opening) {
        if (lines.get(opening).startsWith("```")) {
            return lines.get(opening).substring(3).strip();
        }
        String attributes = opening == 0 ? "" : lines.get(opening - 1);
        return attributes.startsWith("[source,") ? attributes.replaceFirst("^\\[source,([a-z]+).*", "$1") : "";
    }

    private boolean hasAttributes(int opening) {
        return opening > 0 && lines.get(opening - 1).contains("subs=attributes+");
    }

    /** The versions, as the build writes them. */
    private static String withAttributes(String text) {
        String resolved = text;
        for (String line : read(ATTRIBUTES).lines()) {
            String[] attribute = line.substring(1).split(": ", 2);
            resolved = resolved.replace("{" + attribute[0] + "}", attribute[1]);
        }
        return resolved;
    }

    private String included(String line) {
        return line.startsWith("include::")
                ? read(file.resolveSibling(line.replaceFirst("^include::(.*)\\[.*", "$1")).normalize()).text()
                : line;
    }
}
