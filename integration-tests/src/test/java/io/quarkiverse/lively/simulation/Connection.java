package io.quarkiverse.lively.simulation;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Consumer;

import io.quarkiverse.lively.simulation.etcd.EtcdMember;
import io.quarkiverse.lively.simulation.etcd.ServerConnection;

/**
 * A TCP connection of a client to one member. In each direction messages arrive in the order in which they were sent. While
 * the link is silent they wait: they arrive after it is mended, if nobody has given the connection up before.
 */
final class Connection {

    /** What the client hears of it, in the process. */
    interface Listener {

        void established();

        /** It is over; also if it was never established. Called once. */
        void broken(String why);
    }

    /** The keep-alive of gRPC, see EtcdClient. */
    private static final long PING_EVERY = 10_000_000_000L;
    private static final long PING_TIMEOUT = 5_000_000_000L;
    /** A TCP stack tries again after as long as it has waited so far, at most after this time. */
    private static final long LONGEST_RETRANSMISSION = 30_000_000_000L;

    private final Scheduler scheduler;
    private final SimulatedProcess process;
    private final Link link;
    private final EtcdMember member;
    private final Listener listener;
    private final Queue<Runnable> toMember = new ArrayDeque<>();
    private final Queue<Runnable> toProcess = new ArrayDeque<>();
    private long silentSince;
    private long lastAtMember;
    private long lastAtProcess;
    private ServerConnection server;
    private boolean over;

    Connection(Scheduler scheduler, SimulatedProcess process, Link link, EtcdMember member, Listener listener) {
        this.scheduler = scheduler;
        this.process = process;
        this.link = link;
        this.member = member;
        this.listener = listener;
    }

    void open() {
        link.add(this);
        process.atEnd(this::close);
        if (link.state() == Link.State.REFUSED) {
            scheduler.after(link.latency(), () -> end("Connection refused"));
            return;
        }
        toMember(() -> {
            if (over) {
                return;
            }
            if (!member.listens()) {
                toProcess(() -> end("Connection refused"));
                return;
            }
            server = member.connect(process.name(), () -> toProcess(() -> end("Connection reset by peer")));
            toProcess(() -> {
                if (!over) {
                    listener.established();
                    ping();
                }
            });
        });
    }

    /** Calls the member. Nothing comes of it if the connection is over before. */
    void send(Consumer<ServerConnection> request) {
        if (!over) {
            toMember(() -> {
                if (server != null) {
                    request.accept(server);
                }
            });
        }
    }

    /** Called where the member is. */
    void answer(Runnable toClient) {
        toProcess(() -> {
            if (!over) {
                toClient.run();
            }
        });
    }

    /** By the client. What it has sent before may still arrive. */
    void close() {
        if (!over) {
            over = true;
            closeFromClient();
        }
    }

    /** Both ends learn that it is over. */
    void reset() {
        toMember.clear();
        toProcess.clear();
        scheduler.after(link.latency(), this::closeServer);
        scheduler.after(link.latency(), () -> process.deliver(() -> end("Connection reset by peer")));
    }

    /** The link is in another state than before. */
    void resume() {
        long waited = scheduler.now() - silentSince;
        long until = Math.min(waited, LONGEST_RETRANSMISSION);
        if (link.state().reachesMember() && !toMember.isEmpty()) {
            lastAtMember = Math.max(lastAtMember, scheduler.now() + until);
            drain(toMember, this::toMember);
            if (over) {
                link.remove(this);
            }
        }
        if (link.state().reachesProcess() && !toProcess.isEmpty()) {
            lastAtProcess = Math.max(lastAtProcess, scheduler.now() + until);
            drain(toProcess, this::toProcess);
        }
    }

    private static void drain(Queue<Runnable> waiting, Consumer<Runnable> again) {
        Queue<Runnable> messages = new ArrayDeque<>(waiting);
        waiting.clear();
        messages.forEach(again);
    }

    private void toMember(Runnable message) {
        if (!link.state().reachesMember()) {
            noteSilence(toMember);
            toMember.add(message);
            return;
        }
        lastAtMember = Math.max(lastAtMember, scheduler.now() + link.latency());
        scheduler.after(lastAtMember - scheduler.now(), message);
    }

    private void toProcess(Runnable message) {
        if (!link.state().reachesProcess()) {
            noteSilence(toProcess);
            toProcess.add(message);
            return;
        }
        lastAtProcess = Math.max(lastAtProcess, scheduler.now() + link.latency());
        scheduler.after(lastAtProcess - scheduler.now(), () -> process.deliver(message));
    }

    private void noteSilence(Queue<Runnable> direction) {
        if (direction.isEmpty()) {
            silentSince = scheduler.now();
        }
    }

    /** A member that does not answer a ping is given up. */
    private void ping() {
        scheduler.after(PING_EVERY, () -> {
            if (over || process.isDead()) {
                return;
            }
            if (link.state() == Link.State.OPEN && member.answers()) {
                ping();
                return;
            }
            scheduler.after(PING_TIMEOUT, () -> {
                if (!over && (link.state() != Link.State.OPEN || !member.answers())) {
                    process.deliver(() -> end("Keepalive failed. The connection is likely gone"));
                } else {
                    ping();
                }
            });
        });
    }

    private void closeServer() {
        if (server != null) {
            ServerConnection closing = server;
            server = null;
            closing.close();
        }
    }

    /** What was sent before and is still on its way may arrive. */
    private void closeFromClient() {
        toMember(this::closeServer);
        if (toMember.isEmpty()) {
            link.remove(this);
        }
    }

    private void end(String why) {
        if (!over) {
            over = true;
            closeFromClient();
            listener.broken(why);
        }
    }
}
