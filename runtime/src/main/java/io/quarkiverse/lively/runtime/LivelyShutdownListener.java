package io.quarkiverse.lively.runtime;

import org.jboss.logging.Logger;

import io.quarkus.runtime.shutdown.ShutdownListener;

/** Publishes DOWN while the application still serves, before anything else of it stops. */
final class LivelyShutdownListener implements ShutdownListener {

    private static final Logger LOG = Logger.getLogger(LivelyShutdownListener.class);

    private final Runnable stop;

    LivelyShutdownListener(Runnable stop) {
        this.stop = stop;
    }

    @Override
    public void preShutdown(ShutdownNotification notification) {
        try {
            stop.run();
        } catch (Throwable e) {
            // Let out, it would make Quarkus skip its own delay and all other listeners.
            LOG.error("A bug in Lively: DOWN was not published", e);
        } finally {
            notification.done();
        }
    }
}
