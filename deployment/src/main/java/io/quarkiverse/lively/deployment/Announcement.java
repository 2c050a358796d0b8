package io.quarkiverse.lively.deployment;

import org.jboss.logging.Logger;

/** One line for the developer, of Dev Services. */
record Announcement(Logger.Level level, String text) {

    private static final Logger LOG = Logger.getLogger("io.quarkiverse.lively.devservices");

    static Announcement info(String text) {
        return new Announcement(Logger.Level.INFO, text);
    }

    static Announcement warning(String text) {
        return new Announcement(Logger.Level.WARN, text);
    }

    void log() {
        LOG.log(level, text);
    }

    /** Shows it even if it is not logged, because Maven was told to be quiet: the application that it runs is not either. */
    void print() {
        if (LOG.isEnabled(level)) {
            log();
        } else {
            System.out.println(text);
        }
    }

    /**
     * Shows it while a Dev Service starts. Quarkus shows what its thread logs only after a failure, so that another thread
     * does.
     */
    void printNow() {
        Thread announcing = new Thread(this::print, "announce-etcd");
        announcing.start();
        try {
            announcing.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
