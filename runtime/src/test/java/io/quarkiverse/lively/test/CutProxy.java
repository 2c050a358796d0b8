package io.quarkiverse.lively.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A TCP proxy that can break connections, take them without passing anything on, end one direction of
 * them only, delay what it passes on, and refuse new ones.
 */
public final class CutProxy implements AutoCloseable {

    private static final int RESET = 0;

    private final ServerSocket listening;
    private volatile int target;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private volatile boolean refusing;
    private volatile boolean dropping;
    private volatile Duration delay = Duration.ZERO;
    private volatile boolean closed;

    /** @param target the port of 127.0.0.1 that new connections lead to */
    public CutProxy(int target) {
        this("127.0.0.1", 0, target);
    }

    /**
     * On another address of this machine.
     *
     * @param port 0 for a free one
     */
    public CutProxy(String address, int port, int target) {
        this.target = target;
        try {
            listening = new ServerSocket(port, 50, InetAddress.getByName(address));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        thread(this::accept);
    }

    public String url() {
        return "http://127.0.0.1:" + port();
    }

    public int port() {
        return listening.getLocalPort();
    }

    public boolean isInUse() {
        return !open.isEmpty();
    }

    /** Breaks all connections. */
    public void cut() {
        open.forEach(Connection::end);
    }

    /** Breaks all connections by a reset: what is under way is lost. */
    public void reset() {
        open.forEach(Connection::reset);
    }

    /** Tells the clients that the server says no more, and still passes on what they say. */
    public void halfClose() {
        open.forEach(Connection::halfClose);
    }

    /** Breaks all connections, and each new one at once. */
    public void refuse() {
        refusing = true;
        cut();
    }

    /** New connections lead there. */
    public void passOnTo(int port) {
        target = port;
    }

    public void acceptAgain() {
        refusing = false;
    }

    /** Takes what comes, new connections too, and passes nothing on: a black hole. */
    public void drop() {
        dropping = true;
    }

    /** Passes on what comes from now on. What was dropped stays lost, and so the connections that missed it are broken. */
    public void passAgain() {
        dropping = false;
        cut();
    }

    /** What comes from now on is passed on so much later, in each direction. */
    public void delay(Duration each) {
        delay = each;
    }

    @Override
    public void close() {
        closed = true;
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
    }

    private void accept() {
        while (!closed) {
            try {
                Socket client = listening.accept();
                if (refusing) {
                    client.close();
                    continue;
                }
                Socket server;
                try {
                    server = new Socket(InetAddress.getLoopbackAddress(), target);
                } catch (IOException e) {
                    // etcd is away.
                    client.close();
                    continue;
                }
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                Connection connection = new Connection(client, server);
                open.add(connection);
                connection.start();
            } catch (IOException e) {
                // Closed, or the client was gone before it was taken: then the next one is tried.
            }
        }
    }

    private final class Connection {

        private final Socket client;
        private final Socket server;
        private volatile boolean halfClosed;

        Connection(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void start() {
            thread(() -> pass(client, server));
            thread(() -> pass(server, client));
        }

        void halfClose() {
            halfClosed = true;
            try {
                client.shutdownOutput();
            } catch (IOException e) {
                end();
            }
        }

        void reset() {
            try {
                client.setSoLinger(true, RESET);
                server.setSoLinger(true, RESET);
            } catch (IOException e) {
                // It is closed already.
            }
            end();
        }

        void end() {
            open.remove(this);
            close(client);
            close(server);
        }

        private void pass(Socket from, Socket to) {
            byte[] buffer = new byte[64 << 10];
            ExecutorService late = null;
            try {
                for (int n = from.getInputStream().read(buffer); n >= 0; n = from.getInputStream().read(buffer)) {
                    if (dropping || halfClosed && to == client) {
                        continue;
                    }
                    if (late == null && delay.isZero()) {
                        to.getOutputStream().write(buffer, 0, n);
                        continue;
                    }
                    // From the first that is late on, one thread writes all: nothing may overtake what came before it.
                    late = late == null ? Executors.newSingleThreadExecutor(CutProxy::unstarted) : late;
                    byte[] bytes = Arrays.copyOf(buffer, n);
                    long due = System.nanoTime() + delay.toNanos();
                    late.execute(() -> {
                        sleepUntil(due);
                        write(to, bytes);
                    });
                }
            } catch (IOException e) {
                // Cut.
            }
            if (late != null) {
                late.shutdownNow();
            }
            end();
        }

        private void write(Socket to, byte[] bytes) {
            try {
                to.getOutputStream().write(bytes);
            } catch (IOException e) {
                end();
            }
        }
    }

    private static void sleepUntil(long due) {
        try {
            TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no use any more either way.
        }
    }

    private static void thread(Runnable task) {
        unstarted(task).start();
    }

    private static Thread unstarted(Runnable task) {
        Thread thread = new Thread(task, "cut-proxy");
        thread.setDaemon(true);
        return thread;
    }
}
