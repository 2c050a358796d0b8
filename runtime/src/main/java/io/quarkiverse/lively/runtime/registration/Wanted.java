package io.quarkiverse.lively.runtime.registration;

import io.quarkiverse.lively.runtime.store.proto.Reason;
import io.quarkiverse.lively.runtime.store.proto.Status;

/**
 * What a process itself wants to be published of its service.
 *
 * @param reason why it is DOWN; REGISTERED if it is UP
 * @param why the same for a human
 */
record Wanted(Status status, Reason reason, String why) {

    static final Wanted UP = new Wanted(Status.UP, Reason.REGISTERED, "it is UP");

    static Wanted down(Reason reason, String why) {
        return new Wanted(Status.DOWN, reason, why);
    }

    boolean isUp() {
        return status == Status.UP;
    }
}
