package io.quarkiverse.lively.deployment;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;

import io.grpc.StatusRuntimeException;

/**
 * Looks at a port of 127.0.0.1 for an etcd of Dev Services.
 *
 * @param mark that the etcd must have
 * @param patience how long it may take until it answers and has its mark: its owner may be starting it
 */
record PortSearch(int port, String mark, Duration patience) implements EtcdSearch {

    static final String HOST = "127.0.0.1";

    private static final int CONNECT_MILLIS = 3000;
    private static final Duration POLL = Duration.ofMillis(50);

    @Override
    public Optional<LocalEtcd> find() {
        if (!isTaken(HOST, port)) {
            return Optional.empty();
        }
        long deadline = System.nanoTime() + patience.toNanos();
        try (EtcdProbe probe = new EtcdProbe(HOST, port)) {
            String version = probe.version(patience);
            Optional<String> found = probe.mark(patience);
            while (found.isEmpty() && System.nanoTime() - deadline < 0) {
                pause();
                found = probe.mark(patience);
            }
            if (!found.equals(Optional.of(mark))) {
                throw taken(found.map(other -> "an etcd of the Dev Services of " + other)
                        .orElse("an etcd that is not of Dev Services"));
            }
            return Optional.of(new FoundEtcd("etcd " + version + " of another application", "http://" + HOST + ":" + port, null,
                    true));
        } catch (StatusRuntimeException e) {
            if (isTaken(HOST, port)) {
                throw taken("something that does not answer as an etcd (" + e.getStatus().getCode() + ")");
            }
            return Optional.empty();
        }
    }

    private PortTakenException taken(String by) {
        return new PortTakenException(port, "is taken by " + by, null);
    }

    static boolean isTaken(String host, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(POLL.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while a shared etcd starts", e);
        }
    }
}
