package io.quarkiverse.lively.runtime;

import java.util.Optional;

import io.quarkiverse.lively.runtime.config.Configured;

/** Lively in an application that serves, until this is closed. */
final class Running implements AutoCloseable {

    final Lively lively;

    Running(Configured configured) {
        this(configured.settings());
    }

    Running(LivelySettings settings) {
        lively = Configured.lively(settings);
        lively.start();
        lively.serve(Optional.empty());
    }

    @Override
    public void close() {
        lively.stop();
        lively.close();
    }
}
