package io.quarkiverse.lively.runtime.registration;

import java.util.Optional;

import io.quarkiverse.lively.runtime.store.proto.Reason;

/**
 * What a process says of its own service: the application by itself, and its readiness checks. They are kept apart, and the
 * worse of them counts. It lives on the worker thread.
 */
final class OwnWord {

    private boolean readinessIsKnown;
    private Optional<String> notReady = Optional.empty();
    private Optional<String> application = Optional.empty();

    /** @param awaitsReadiness whether somebody is going to say whether the application is ready */
    OwnWord(boolean awaitsReadiness) {
        readinessIsKnown = !awaitsReadiness;
    }

    /** @param why empty if it is ready */
    void readiness(Optional<String> why) {
        readinessIsKnown = true;
        notReady = why;
    }

    /** @param why empty if it has nothing against being UP */
    void application(Optional<String> why) {
        application = why;
    }

    /** Empty as long as that cannot be told. */
    Optional<Wanted> wanted() {
        if (application.isPresent()) {
            return application.map(why -> Wanted.down(Reason.APPLICATION, "the application says DOWN: " + why));
        }
        if (!readinessIsKnown) {
            return Optional.empty();
        }
        return Optional.of(notReady.map(why -> Wanted.down(Reason.HEALTH, "it is not ready: " + why)).orElse(Wanted.UP));
    }
}
