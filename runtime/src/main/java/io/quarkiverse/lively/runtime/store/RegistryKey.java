package io.quarkiverse.lively.runtime.store;

/**
 * A key that says something of a service.
 *
 * @param name the uuid of the service; for {@link Kind#TYPE_HOST} its type and host with a {@code /} in between
 */
record RegistryKey(Kind kind, String name) {

    /** What is not here only indexes, and is never read. */
    enum Kind {
        SERVICE,
        UP,
        OWNER,
        STATE,
        TYPE_HOST
    }
}
