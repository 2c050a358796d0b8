package io.quarkiverse.lively.deployment;

import io.quarkus.builder.item.SimpleBuildItem;

/** What the application uses of the view. */
final class ViewUseBuildItem extends SimpleBuildItem {

    private final boolean injected;
    private final boolean observed;

    ViewUseBuildItem(boolean injected, boolean observed) {
        this.injected = injected;
        this.observed = observed;
    }

    boolean injected() {
        return injected;
    }

    boolean observed() {
        return observed;
    }
}
