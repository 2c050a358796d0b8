package io.quarkiverse.lively.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quarkiverse.lively.runtime.etcd.EtcdSettings;
import io.quarkiverse.lively.simulation.etcd.Answer;

/**
 * The connection of a client to one member, the first of its order that answers. One that is lost is replaced when it is needed
 * again. While no member can be reached calls fail at once, and the time to the next try grows, as with gRPC.
 */
final class Channel {

    /** The next member is tried beside one that does not answer within this time, as by the load balancer of Lively. */
    private static final Duration HEAD_START = Duration.ofMillis(250);
    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
    private static final Duration LAST_BACKOFF = Duration.ofMinutes(2);
    private static final String CLOSED = "Channel shutdownNow invoked";

    private final SimulatedProcess process;
    private final Network network;
    private final EtcdSettings settings;
    private final List<Integer> order;
    private final Consumer<String> failAll;
    private final RandomGenerator random;
    private final Set<Connection> attempts = new LinkedHashSet<>();
    private final List<Runnable> waiting = new ArrayList<>();

    /** The first that is there. No other one is tried while it waits for its token. */
    private Optional<Connection> established = Optional.empty();
    private Optional<Connection> ready = Optional.empty();
    private int member = -1;
    private int tried;
    private boolean connecting;
    private boolean failing;
    private String lastFailure = "";
    private Duration backoff = FIRST_BACKOFF;
    private boolean closed;

    /**
     * @param order of the members, by their numbers
     * @param failAll told why all that is under way has failed
     */
    Channel(SimulatedProcess process, Network network, EtcdSettings settings, List<Integer> order, Consumer<String> failAll) {
        this.process = process;
        this.network = network;
        this.settings = settings;
        this.order = order;
        this.failAll = failAll;
        this.random = process.random();
    }

    /** The one that is there. */
    Connection connection() {
        return ready.orElseThrow();
    }

    /** The number of the member that it has reached last; -1 if none. */
    int member() {
        return member;
    }

    boolean isClosed() {
        return closed;
    }

    void close() {
        if (closed) {
            return;
        }
        closed = true;
        attempts.forEach(Connection::close);
        attempts.clear();
        established.ifPresent(Connection::close);
        established = Optional.empty();
        ready = Optional.empty();
        waiting.clear();
        later(() -> failAll.accept(CLOSED));
    }

    /** On a thread of the client, not on the one that calls. */
    private void later(Runnable task) {
        process.pool().execute(task);
    }

    /**
     * Runs an action once there is a connection, which is at once if there is one.
     *
     * @param otherwise gets the failure instead, later and on a thread of the client
     */
    void whenConnected(Runnable action, Consumer<Throwable> otherwise) {
        if (closed) {
            later(() -> otherwise.accept(unavailable(CLOSED)));
        } else if (ready.isPresent()) {
            action.run();
        } else if (failing) {
            String why = lastFailure;
            later(() -> otherwise.accept(unavailable(why)));
        } else {
            waiting.add(action);
            if (!connecting) {
                connecting = true;
                tried = 0;
                tryNext();
            }
        }
    }

    static StatusRuntimeException unavailable(String why) {
        return Status.UNAVAILABLE.withDescription(why).asRuntimeException();
    }

    private void tryNext() {
        if (closed || !connecting || established.isPresent()) {
            return;
        }
        if (tried == order.size()) {
            if (attempts.isEmpty()) {
                giveUp();
            }
            return;
        }
        int number = order.get(tried++);
        Connection[] made = new Connection[1];
        made[0] = network.connection(process, number, new Connection.Listener() {
            @Override
            public void established() {
                connected(made[0], number);
            }

            @Override
            public void broken(String why) {
                lost(made[0], why);
            }
        });
        attempts.add(made[0]);
        made[0].open();
        process.after(HEAD_START, this::tryNext);
        process.after(settings.connectTimeout(), () -> {
            if (attempts.contains(made[0])) {
                made[0].close();
                lost(made[0], "connection timed out");
            }
        });
    }

    private void connected(Connection connection, int number) {
        if (!attempts.remove(connection)) {
            connection.close();
            return;
        }
        attempts.forEach(Connection::close);
        attempts.clear();
        established = Optional.of(connection);
        member = number;
        if (network.hasUsers()) {
            authenticate(connection, () -> use(connection));
        } else {
            use(connection);
        }
    }

    private void use(Connection connection) {
        if (established.filter(connection::equals).isEmpty()) {
            return;
        }
        connecting = false;
        ready = Optional.of(connection);
        network.remark(process, "is connected", () -> "to member " + member);
        backoff = FIRST_BACKOFF;
        List<Runnable> waited = new ArrayList<>(waiting);
        waiting.clear();
        waited.forEach(Runnable::run);
    }

    /** Gets a token for all that is sent on that connection from then on. If it is refused, so will the calls be. */
    static void authenticate(Connection connection, Runnable then) {
        connection.send(server -> server.authenticate(new Answer<>() {
            @Override
            public void answered(Void nothing) {
                connection.answer(then);
            }

            @Override
            public void failed(StatusRuntimeException status) {
                connection.answer(then);
            }
        }));
    }

    private void lost(Connection connection, String why) {
        lastFailure = why;
        network.remark(process, "is not connected", () -> why);
        if (ready.filter(connection::equals).isPresent()) {
            ready = Optional.empty();
            established = Optional.empty();
            failAll.accept(why);
        } else if (established.filter(connection::equals).isPresent()) {
            established = Optional.empty();
            tryNext();
        } else if (attempts.remove(connection)) {
            tryNext();
        }
    }

    private void giveUp() {
        connecting = false;
        failing = true;
        Duration wait = backoff.plusNanos((long) (backoff.toNanos() * (random.nextDouble() - 0.5) * 0.4));
        backoff = backoff.multipliedBy(8).dividedBy(5).compareTo(LAST_BACKOFF) > 0 ? LAST_BACKOFF
                : backoff.multipliedBy(8).dividedBy(5);
        process.after(wait, () -> {
            failing = false;
            if (!closed && !connecting && ready.isEmpty()) {
                connecting = true;
                tried = 0;
                tryNext();
            }
        });
        waiting.clear();
        failAll.accept(lastFailure);
    }
}
