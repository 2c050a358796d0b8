package io.quarkiverse.lively.test;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import org.jboss.logmanager.ExtLogRecord;

/** The lines that are logged below a category, as they would be printed, until this is closed. */
public final class LogLines implements AutoCloseable {

    private final Logger logger;
    private final Level least;
    private final List<String> messages = new CopyOnWriteArrayList<>();
    private final List<String> warnings = new CopyOnWriteArrayList<>();
    private final Handler handler = new Handler() {

        @Override
        public void publish(LogRecord line) {
            if (line.getLevel().intValue() < least.intValue()) {
                return;
            }
            String message = line instanceof ExtLogRecord formatted ? formatted.getFormattedMessage() : line.getMessage();
            messages.add(message);
            if (line.getLevel().intValue() >= Level.WARNING.intValue()) {
                warnings.add(message);
            }
        }

        @Override
        public void flush() {
        }

        @Override
        public void close() {
        }
    };

    /** Of Lively, of any level. */
    public LogLines() {
        this("io.quarkiverse.lively", Level.ALL);
    }

    /** @param least the lowest level that counts */
    public LogLines(String category, Level least) {
        this.least = least;
        logger = Logger.getLogger(category);
        logger.addHandler(handler);
    }

    public List<String> messages() {
        return List.copyOf(messages);
    }

    /** Those of the level WARN and above. */
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    /** Those that contain that. */
    public List<String> with(String text) {
        return messages.stream().filter(message -> message.contains(text)).toList();
    }

    @Override
    public void close() {
        logger.removeHandler(handler);
    }
}
