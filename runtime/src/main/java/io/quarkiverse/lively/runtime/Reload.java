package io.quarkiverse.lively.runtime;

import java.util.Optional;

import io.quarkiverse.lively.runtime.registration.Inheritance;
import io.quarkus.runtime.LaunchMode;

/** In dev mode an application stops to start again in the same JVM, unless that ends. */
final class Reload {

    private Reload() {
    }

    /**
     * Whether the application that stops is to start again. Ctrl-C, the key q and SIGTERM begin to end the JVM before
     * they stop the application. One that exits by itself cannot be told from one that is reloaded: it may start
     * again at the push of a key.
     */
    static boolean isAhead() {
        return LaunchMode.current() == LaunchMode.DEVELOPMENT && !theJvmEnds();
    }

    /**
     * What the application left there when it was stopped to start again.
     *
     * @param etcd where it is to be registered
     */
    static Optional<Inheritance> inheritance(String etcd) {
        return LaunchMode.current() == LaunchMode.DEVELOPMENT ? Inheritance.take(etcd) : Optional.empty();
    }

    /** Shutdown hooks can be removed until they run. */
    private static boolean theJvmEnds() {
        try {
            Runtime.getRuntime().removeShutdownHook(Thread.currentThread());
            return false;
        } catch (IllegalStateException e) {
            return true;
        }
    }
}
