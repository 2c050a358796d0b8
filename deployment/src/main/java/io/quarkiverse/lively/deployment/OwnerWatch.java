package io.quarkiverse.lively.deployment;

import java.net.URI;
import java.time.Duration;
import java.util.function.Consumer;

/** Says what to do once the application has ended that owns a shared etcd. A daemon thread looks whether etcd is there. */
final class OwnerWatch implements AutoCloseable {

    private static final Duration POLL = Duration.ofSeconds(1);
    /** An owner that is restarted may be back at once. */
    private static final int MISSES = 2;

    private final Thread thread;

    private OwnerWatch(Thread thread) {
        this.thread = thread;
    }

    /** @param log called by the thread, once for each end */
    static OwnerWatch started(String url, Consumer<Announcement> log) {
        return started(url, POLL, log);
    }

    static OwnerWatch started(String url, Duration poll, Consumer<Announcement> log) {
        Thread thread = new Thread(() -> watch(url, poll, log), "lively-shared-etcd");
        thread.setDaemon(true);
        thread.start();
        return new OwnerWatch(thread);
    }

    private static void watch(String url, Duration poll, Consumer<Announcement> log) {
        int misses = 0;
        try {
            while (true) {
                Thread.sleep(poll.toMillis());
                misses = isThere(url) ? 0 : misses + 1;
                if (misses == MISSES) {
                    log.accept(Announcement.warning("The shared etcd at " + url + " has ended with the application that owned"
                            + " it. Restart this application (in dev mode, press s in its terminal): it then starts an etcd at"
                            + " the same address, where the other applications register themselves"));
                }
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    /** Whether something listens there. */
    static boolean isThere(String url) {
        URI uri = URI.create(url);
        return PortSearch.isTaken(uri.getHost(), uri.getPort());
    }

    /** Nothing is logged any more. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
