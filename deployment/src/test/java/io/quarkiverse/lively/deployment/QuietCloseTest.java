package io.quarkiverse.lively.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;

import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.quarkiverse.lively.test.LogLines;
import io.quarkus.runtime.logging.LogCleanupFilter;
import io.quarkus.runtime.logging.LogCleanupFilterElement;
import io.quarkus.runtime.logging.LoggingSetupRecorder;

/** A connection that is tried while its client is closed makes Netty warn. The log of an application leaves these lines out. */
class QuietCloseTest {

    private static final String REJECTED = "io.netty.util.concurrent.DefaultPromise.rejectedExecution";

    private final List<LogCleanupFilterElement> filters = new ArrayList<>();
    private final Map<String, java.util.logging.Level> categories = new TreeMap<>();
    private final Logger rejected = Logger.getLogger(REJECTED);
    private final java.util.logging.Level before = rejected.getLevel();

    /** An application that ran in this JVM before has switched it off. */
    @BeforeEach
    void switchOn() {
        rejected.setLevel(Level.WARN);
    }

    @AfterEach
    void switchBack() {
        rejected.setLevel(before);
    }

    @Test
    void theLogLeavesOutTheLinesOfNetty() throws Exception {
        new LivelyProcessor().quietClose(item -> filters.add(item.getFilterElement()),
                item -> categories.put(item.getCategory(), item.getLevel()));
        LogCleanupFilter log = new LogCleanupFilter(filters, new LoggingSetupRecorder.ShutdownNotifier());

        try (LogLines channels = new LogLines("io.netty.channel", Level.WARN);
                LogLines promises = new LogLines("io.netty.util.concurrent", Level.WARN)) {
            connectOnAnEndedEventLoop();

            assertEquals(1, channels.messages().size());
            assertFalse(log.isLoggable(warning("io.netty.channel.AbstractChannel", channels.messages().get(0))));
            assertEquals(1, promises.messages().size());
            assertEquals(promises.messages(), messages(REJECTED));
        }
        assertEquals(Map.of(REJECTED, Level.OFF), categories);
    }

    /** Of one category only. */
    private static List<String> messages(String category) throws InterruptedException, ExecutionException {
        try (LogLines lines = new LogLines(category, Level.WARN)) {
            connectOnAnEndedEventLoop();
            return lines.messages();
        }
    }

    private static ExtLogRecord warning(String category, String message) {
        ExtLogRecord warning = new ExtLogRecord(Level.WARN, message, QuietCloseTest.class.getName());
        warning.setLoggerName(category);
        return warning;
    }

    private static void connectOnAnEndedEventLoop() throws InterruptedException, ExecutionException {
        EventLoopGroup ended = new NioEventLoopGroup(1);
        ended.shutdownGracefully(0, 0, TimeUnit.SECONDS).get();
        new Bootstrap().group(ended).channel(NioSocketChannel.class).handler(new ChannelInboundHandlerAdapter())
                .connect("127.0.0.1", 1).addListener(done -> {
                });
    }
}
