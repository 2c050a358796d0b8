package io.quarkiverse.lively;

/**
 * A registration of this process got into another state. Fired as a CDI event, in the order of the changes, one at a time, on
 * a worker thread: first to the observers that are synchronous, then to those that are not. What an observer throws is logged.
 * The state may have changed again when it is observed; {@link Registration#state()} has the present one.
 *
 * @param registration of this application, or of a further service that it registered
 * @param own whether it is the registration of this application: {@link LivenessRegistry#registration()}
 * @param previous the state before
 * @param current the state that it got into; another one than before
 * @param reason why, in a few words for a human
 */
public record RegistrationChange(Registration registration, boolean own, RegistrationState previous,
        RegistrationState current, String reason) {
}
