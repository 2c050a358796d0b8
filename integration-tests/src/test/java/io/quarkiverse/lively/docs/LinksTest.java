package io.quarkiverse.lively.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.DocPage;

/** What the documentation refers to is there: pages, places in them, pictures, files. And the navigation has every page. */
class LinksTest {

    private static final Path NAVIGATION = DocPage.ROOT.resolve("nav.adoc");
    private static final Pattern PAGE = Pattern.compile("xref:([\\w-]+\\.adoc)(?:#([\\w-]+))?\\[");
    private static final Pattern PLACE = Pattern.compile("<<([\\w-]+)(?:,[^>]*)?>>");
    private static final Pattern PICTURE = Pattern.compile("image::?([^\\s\\[]+)\\[");
    private static final Pattern INCLUDED = Pattern.compile("(?m)^include::([^\\[]+)\\[");
    private static final Pattern ATTACHED = Pattern.compile("\\{attachmentsdir}/([^\\s\\[]+)\\[");
    private static final Pattern IN_README = Pattern.compile("]\\(([^):]+?)(?:#[^)]*)?\\)");

    private final List<String> faults = new ArrayList<>();

    @Test
    void eachLeadsSomewhere() {
        for (DocPage page : DocPage.all()) {
            if (page.name().equals("README.md")) {
                filesFor(page, IN_README, page.file().getParent());
                continue;
            }
            each(page, PAGE, found -> isThere(page, found.group(1), found.group(2)));
            each(page, PLACE, found -> isThere(page, page.name(), found.group(1)));
            filesFor(page, PICTURE, DocPage.ROOT.resolve("images"));
            filesFor(page, INCLUDED, page.file().getParent());
            filesFor(page, ATTACHED, DocPage.ROOT.resolve("attachments"));
        }
        assertEquals(List.of(), faults);
    }

    @Test
    void theNavigationHasEachPageOnce() throws IOException {
        List<String> listed = PAGE.matcher(Files.readString(NAVIGATION)).results().map(found -> found.group(1)).sorted()
                .toList();
        assertEquals(DocPage.all().stream().map(DocPage::name).filter(name -> name.endsWith(".adoc")).sorted().toList(),
                listed);
    }

    /** It is published from the main branch. */
    @Test
    void theExtensionHasItsIcon() throws IOException {
        Matcher icon = Pattern.compile("icon-url: https://raw\\.githubusercontent\\.com/quarkiverse/quarkus-lively/main/(\\S+)")
                .matcher(Files.readString(Path.of("../runtime/src/main/resources/META-INF/quarkus-extension.yaml")));
        assertTrue(icon.find());
        assertTrue(Files.exists(Path.of("..", icon.group(1))), icon.group(1));
    }

    private interface Link {
        void check(Matcher found);
    }

    private void each(DocPage page, Pattern pattern, Link link) {
        Matcher found = pattern.matcher(page.text());
        while (found.find()) {
            link.check(found);
        }
    }

    private void filesFor(DocPage page, Pattern pattern, Path directory) {
        each(page, pattern, found -> {
            if (!Files.exists(directory.resolve(found.group(1)))) {
                faults.add(page.name() + ": there is no file " + found.group(1));
            }
        });
    }

    /** The names that headings get by themselves change with their words, so a place must have one of its own. */
    private void isThere(DocPage page, String target, String place) {
        if (DocPage.all().stream().noneMatch(other -> other.name().equals(target))) {
            faults.add(page.name() + ": there is no page " + target);
        } else if (place != null && Stream.of("[#" + place + "]", "[[" + place + "]]")
                .noneMatch(DocPage.named(target).text()::contains)) {
            faults.add(page.name() + ": " + target + " has no [#" + place + "]");
        }
    }
}
