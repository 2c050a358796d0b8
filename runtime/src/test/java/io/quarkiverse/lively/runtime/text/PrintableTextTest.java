package io.quarkiverse.lively.runtime.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What others wrote becomes one harmless line. */
class PrintableTextTest {

    @ParameterizedTest
    @ValueSource(strings = { "\n", "\r", "\0", "\u001b", "\u0085", "\u2028", "\u2029", "\u202e", "\u2066", "\u200f", "\ufeff",
            "\ud800", "\udc00", "\udb40\udc41" })
    void whatMovesBreaksOrHidesTextIsReplaced(String evil) {
        assertEquals("a?b", PrintableText.of("a" + evil + "b"));
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "inventory", "Zoë's host", "服务", "می\u200cخواهم", "👩\u200d🔧", "<b>%s</b>" })
    void whatPeopleWriteStays(String text) {
        assertSame(text, PrintableText.of(text));
    }

    @Test
    void whatIsTooLongForALineIsCutOff() {
        assertEquals(4096, PrintableText.of("x".repeat(4096)).length());
        assertEquals("x".repeat(4096) + "…", PrintableText.of("x".repeat(1 << 20)));
        assertEquals("🙂".repeat(4096) + "…", PrintableText.of("🙂".repeat(4097)));
    }

    @Test
    void nothingStaysNothing() {
        assertNull(PrintableText.of(null));
    }
}
