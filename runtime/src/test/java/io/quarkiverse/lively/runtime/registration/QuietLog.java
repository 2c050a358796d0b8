package io.quarkiverse.lively.runtime.registration;

import java.util.logging.Level;
import java.util.logging.Logger;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Of many processes, what Lively logs is too much to read. */
public final class QuietLog implements BeforeAllCallback, AfterAllCallback {

    private static final Logger LOG = Logger.getLogger("io.quarkiverse.lively");

    @Override
    public void beforeAll(ExtensionContext context) {
        LOG.setLevel(Level.SEVERE);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        LOG.setLevel(null);
    }
}
