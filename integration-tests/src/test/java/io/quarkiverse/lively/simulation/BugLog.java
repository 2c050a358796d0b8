package io.quarkiverse.lively.simulation;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Hands what Lively logs as a bug of its own to the run of the thread that logs it. All else that Lively logs is left out. */
final class BugLog extends Handler {

    private static final String LIVELY = "io.quarkiverse.lively";
    private static final String BUG = "A bug in Lively";

    /** Kept, since a logger that is not is made anew, and has forgotten its level. */
    private final Logger logger = Logger.getLogger(LIVELY);
    private final ThreadLocal<World> worlds = new ThreadLocal<>();

    /** Listens from now on, until it is closed. */
    static BugLog open() {
        BugLog log = new BugLog();
        log.logger.setLevel(Level.SEVERE);
        log.logger.setUseParentHandlers(false);
        log.logger.addHandler(log);
        return log;
    }

    void of(World world) {
        worlds.set(world);
    }

    @Override
    public void publish(LogRecord entry) {
        World world = worlds.get();
        if (world != null && String.valueOf(entry.getMessage()).startsWith(BUG)) {
            world.bug(entry.getLoggerName(), entry.getThrown() == null ? new IllegalStateException(entry.getMessage())
                    : entry.getThrown());
        }
    }

    @Override
    public void flush() {
        // Nothing is kept.
    }

    @Override
    public void close() {
        logger.removeHandler(this);
        logger.setUseParentHandlers(true);
        logger.setLevel(null);
    }
}
