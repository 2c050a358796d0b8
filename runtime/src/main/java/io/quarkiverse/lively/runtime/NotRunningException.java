package io.quarkiverse.lively.runtime;

/** Lively was asked for something while it does not run. Its message says why, and what to do about it. */
public final class NotRunningException extends IllegalStateException {

    static final String SWITCHED_OFF = "Lively is switched off: set quarkus.lively.active to true to ask about services";

    private static final long serialVersionUID = 1;

    private NotRunningException(String message) {
        super(message);
    }

    static NotRunningException switchedOff() {
        return new NotRunningException(SWITCHED_OFF);
    }

    static NotRunningException notStarted() {
        return new NotRunningException("Lively has not started yet: ask about services from the StartupEvent on");
    }
}
