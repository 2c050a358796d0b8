package io.quarkiverse.lively;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

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

    /** As an application would log them. */
    @Test
    void recordsAndExceptionsAreToldInOneLine() {
        String evil = "x\n2030-01-01 INFO forged \u001b[31m\u202e";
        ServiceRecord service = ServiceRecord.builder(evil, evil).uuid(evil).region(evil)
                .maintenance(Maintenance.of(evil)).endpoint(new Endpoint(evil, 1, false)).metadata(Map.of(evil, evil)).build();
        for (Object told : new Object[] { service, new Transition(Instant.EPOCH, Status.DOWN, Reason.OPERATOR, evil),
                new LivenessEvent(LivenessEvent.Kind.ADDED, 1, Optional.empty(), Optional.of(service), Reason.REGISTERED,
                        Instant.EPOCH, 1),
                new UnknownServiceException(evil), new ServiceConflictException(evil, "uuid", evil),
                new StaleRecordException(Optional.of(service), evil, evil), new RegistryUnavailableException(evil, null),
                new InvalidServiceException("uuid", evil) }) {
            assertFalse(told.toString().matches("(?s).*[\\p{Cntrl}\u202e].*"), told.toString());
        }
        assertEquals(evil, service.host(), "what is stored is told as it is");
    }
}
