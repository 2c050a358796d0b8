package io.quarkiverse.lively.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.test.DocPage;

/**
 * The page of messages has those that there are, word by word, and no others. On the page a message stands in {@code `+...+`},
 * with {@code …} for what differs from case to case. In the code it is any string of four words or more.
 */
class TroubleshootingTest {

    private static final List<Path> SOURCES = List.of(Path.of("../runtime/src/main/java"),
            Path.of("../deployment/src/main/java"));
    /** Where long strings are no messages to a user: what the embedded etcd answers is etcd's, and descriptions of metrics. */
    private static final Pattern NO_MESSAGES = Pattern
            .compile("/deployment/etcd/|QuarkusMetrics|LivelyServiceDiscoveryProvider");
    private static final int WORDS = 4;
    /** Never seen by anybody, unless Lively or the JVM is broken; or only at the level DEBUG. */
    private static final Set<String> NOT_TOLD = Set.of(
            "Docker does not list its containers",
            "It was closed before it had started",
            "Every Java platform has SHA-1",
            "What was just written can be read",
            "No way to deal with",
            "was closed without a word",
            "Force-closing a channel whose registration task was not accepted by an event loop",
            "no longer of use",
            "an answer without a message",
            "Closed, so a late answer has nobody to go to");

    /** Stands in the code with the message, or with what differs. */
    private static final String EDGE = "^[\\s().:,;]+|[\\s().:,;]+$";
    private static final Pattern COMMENT = Pattern.compile("(?m)/\\*(?s:.*?)\\*/|^\\s*//.*$");
    private static final Pattern JOINED = Pattern.compile("(?<!\\\\)\"\\s*\\+\\s*\"");
    /** For coding assistants. */
    private static final Pattern DESCRIPTION = Pattern.compile("@JsonRpcDescription\\(\"(?:[^\"\\\\\\n]|\\\\.)*\"\\)");
    private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\\\n]|\\\\.)*)\"");
    private static final Pattern QUOTED = Pattern.compile("`\\+(.+?)\\+`", Pattern.DOTALL);

    private final List<String> said = said(file -> true);
    private final List<String> quoted = quoted();

    @Test
    void whatThePageQuotesIsSaid() {
        assertTrue(quoted.size() > 50, "the messages are found: " + quoted.size());
        assertEquals(List.of(),
                quoted.stream().filter(part -> said.stream().noneMatch(message -> message.contains(part))).toList(),
                "no longer in the code as the page has it");
    }

    @Test
    void whatIsSaidIsOnThePage() {
        List<String> missing = said(file -> !NO_MESSAGES.matcher(file.toString()).find()).stream()
                .filter(message -> words(message) >= WORDS && !NOT_TOLD.contains(message))
                .filter(message -> quoted.stream().noneMatch(part -> part.contains(message))).toList();
        assertEquals("", String.join("\n", missing), "not on the page troubleshooting.adoc");
    }

    @Test
    void whatIsNotToldIsThere() {
        assertEquals(List.of(), NOT_TOLD.stream().filter(message -> !said.contains(message)).toList());
    }

    private static List<String> quoted() {
        return QUOTED.matcher(DocPage.named("troubleshooting.adoc").text()).results().map(found -> found.group(1))
                .flatMap(TroubleshootingTest::parts).filter(part -> part.matches(".*[a-zA-Z]{3}.*")).toList();
    }

    private static List<String> said(Predicate<Path> wanted) {
        List<String> messages = new ArrayList<>();
        for (Path root : SOURCES) {
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file : files.filter(found -> found.toString().endsWith(".java")).filter(wanted).sorted().toList()) {
                    String code = COMMENT.matcher(Files.readString(file)).replaceAll("");
                    String joined = JOINED.matcher(code).replaceAll("");
                    LITERAL.matcher(DESCRIPTION.matcher(joined).replaceAll("")).results().map(TroubleshootingTest::text)
                            .flatMap(TroubleshootingTest::parts).forEach(messages::add);
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
        return messages;
    }

    private static String text(MatchResult literal) {
        return literal.group(1).replace("\\\"", "\"").replace("\\n", " ");
    }

    /** What stands between that which differs from case to case. */
    private static Stream<String> parts(String message) {
        return Arrays.stream(message.split("%[sd]|…")).map(part -> part.replaceAll("\\s+", " ").replaceAll(EDGE, ""))
                .filter(part -> !part.isEmpty());
    }

    private static int words(String message) {
        return message.split(" ").length;
    }
}
