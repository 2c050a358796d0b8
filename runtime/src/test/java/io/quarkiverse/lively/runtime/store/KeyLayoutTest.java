package io.quarkiverse.lively.runtime.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** The layout is shared with os-lively, and never changes. */
class KeyLayoutTest {

    @Test
    void theKeysOfOsLively() {
        KeyLayout layout = new KeyLayout("");
        assertEquals("/services/by-uuid/u", layout.service("u").toStringUtf8());
        assertEquals("/services/by-status/UP/u", layout.up("u").toStringUtf8());
        assertEquals("/services/by-status/DOWN/u", layout.down("u").toStringUtf8());
        assertEquals("/services/by-type-host/t/h", layout.typeHost("t", "h").toStringUtf8());
        assertEquals("/services/by-region/r/u", layout.region("r", "u").toStringUtf8());
    }

    @Test
    void ourKeysBesideThem() {
        KeyLayout layout = new KeyLayout("");
        assertEquals("/services/by-owner/u", layout.owner("u").toStringUtf8());
        assertEquals("/services/by-state/u", layout.state("u").toStringUtf8());
        assertEquals("/services/history/u", layout.history("u").toStringUtf8());
    }

    @Test
    void aNamespaceComesFirst() {
        assertEquals("/test/services/by-uuid/u", new KeyLayout("test").service("u").toStringUtf8());
        assertEquals("/test/services/by-uuid/u", new KeyLayout("//test").service("u").toStringUtf8());
    }

    @Test
    void aRangeHoldsItsFolderAndNothingElse() {
        KeyLayout layout = new KeyLayout("");
        assertEquals("/services/by-uuid/", layout.services().from().toStringUtf8());
        assertEquals("/services/by-uuid0", layout.services().to().toStringUtf8());
    }
}
