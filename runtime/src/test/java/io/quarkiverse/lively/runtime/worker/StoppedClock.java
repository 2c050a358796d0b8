package io.quarkiverse.lively.runtime.worker;

import java.time.Instant;

/** The platform of this JVM with a wall clock that stands still. */
public final class StoppedClock extends SystemPlatform {

    private final Instant now;

    public StoppedClock(Instant now) {
        this.now = now;
    }

    @Override
    public Instant now() {
        return now;
    }
}
