package io.quarkiverse.lively.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** The network between one process and one member of etcd. */
final class Link {

    /** What becomes of what is sent. */
    enum State {
        OPEN,
        /** Connections break, and new ones are refused. */
        REFUSED,
        /** Nothing arrives, in neither direction, and no end is told of it. */
        SILENT,
        /** Nothing arrives at the member. */
        TO_MEMBER_SILENT,
        /** Nothing arrives at the process. */
        TO_PROCESS_SILENT;

        boolean reachesMember() {
            return this == OPEN || this == TO_PROCESS_SILENT;
        }

        boolean reachesProcess() {
            return this == OPEN || this == TO_MEMBER_SILENT;
        }
    }

    private static final long LEAST_LATENCY = 50_000;
    private static final long USUAL_LATENCY = 800_000;
    private static final int SLOW_ONE_IN = 100;

    private final RandomGenerator random;
    private final long distance;
    private final List<Connection> connections = new ArrayList<>();
    private State state = State.OPEN;
    private long delay;

    /** @param distance how long each message takes at most beside the usual latency, in nanoseconds */
    Link(RandomGenerator random, long distance) {
        this.random = random;
        this.distance = distance;
    }

    State state() {
        return state;
    }

    /** The next message takes so long. */
    long latency() {
        long most = random.nextInt(SLOW_ONE_IN) == 0 ? 20 * USUAL_LATENCY : USUAL_LATENCY;
        return Chance.between(random, LEAST_LATENCY, most) + Chance.between(random, distance / 2, distance)
                + Chance.between(random, delay / 2, delay);
    }

    /** Each message takes up to so much longer from now on. */
    void slowDown(long nanos) {
        delay = nanos;
    }

    void set(State newState) {
        state = newState;
        if (state == State.REFUSED) {
            breakAll();
        } else {
            List.copyOf(connections).forEach(Connection::resume);
        }
    }

    /** What is under way is lost, or its answer is. New connections may be made at once. */
    void breakAll() {
        List.copyOf(connections).forEach(Connection::reset);
    }

    void add(Connection connection) {
        connections.add(connection);
    }

    void remove(Connection connection) {
        connections.remove(connection);
    }
}
