package io.quarkiverse.lively.runtime;

/**
 * What the application uses of the view, as far as that was found when it was built.
 *
 * @param view whether it injects the view
 * @param events whether it observes events
 */
public record ViewUse(boolean view, boolean events) {

    static final ViewUse NONE = new ViewUse(false, false);
}
