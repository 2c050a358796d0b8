package io.quarkiverse.lively.deployment;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.quarkus.runtime.StartupEvent;

/** What the polling of the readiness checks logs, from the start of the application on. */
@Singleton
class ReadinessLog extends Handler {

    private final Logger logger = Logger.getLogger("io.quarkiverse.lively.runtime.health.ReadinessPoll");
    private final List<String> messages = new CopyOnWriteArrayList<>();

    void start(@Observes StartupEvent event) {
        logger.addHandler(this);
    }

    @PreDestroy
    void stop() {
        logger.removeHandler(this);
    }

    List<String> messages() {
        return List.copyOf(messages);
    }

    boolean endsWith(String message) {
        return !messages.isEmpty() && messages.get(messages.size() - 1).equals(message);
    }

    @Override
    public void publish(LogRecord record) {
        messages.add(record.getMessage());
    }

    @Override
    public void flush() {
    }

    @Override
    public void close() {
    }
}
