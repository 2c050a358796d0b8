package io.quarkiverse.lively.runtime.devui;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The end that the page of the Dev UI sends is a time, or refused with an example of one. */
class EndOfMaintenanceTest {

    @Test
    void anotherTextIsRefusedBeforeTheRegistryIsAsked() {
        LivelyJsonRpcService.Outcome outcome = new LivelyJsonRpcService(null, null).down("u", "", "later");
        assertFalse(outcome.done());
        assertTrue(outcome.message().contains("2030-01-31T12:00:00Z"), outcome.message());
    }
}
