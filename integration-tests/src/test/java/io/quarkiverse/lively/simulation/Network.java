package io.quarkiverse.lively.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.quarkiverse.lively.simulation.etcd.EtcdCluster;

/** The links between machines and members of etcd. */
final class Network {

    private final Scheduler scheduler;
    private final EtcdCluster etcd;
    private final Chance chance;
    private final boolean users;
    private final long distance;
    private final Trace trace;
    private final Map<String, List<Link>> links = new LinkedHashMap<>();

    /**
     * @param users whether the clients have a user and a password
     * @param distance how long each message takes at most beside the usual latency, in nanoseconds
     */
    Network(Scheduler scheduler, EtcdCluster etcd, Chance chance, boolean users, long distance, Trace trace) {
        this.scheduler = scheduler;
        this.etcd = etcd;
        this.chance = chance;
        this.users = users;
        this.distance = distance;
        this.trace = trace;
    }

    /** Something that a client has seen, for the reader of the trace. */
    void remark(SimulatedProcess process, String what, Supplier<String> words) {
        trace.remark(process.name(), what, words);
    }

    boolean hasUsers() {
        return users;
    }

    Link link(Machine machine, int member) {
        return links.computeIfAbsent(machine.name(), this::links).get(member);
    }

    /** A connection that is still to be opened. */
    Connection connection(SimulatedProcess process, int member, Connection.Listener listener) {
        return new Connection(scheduler, process, link(process.machine(), member), etcd.member(member), listener);
    }

    /** Mends all. */
    void heal() {
        links.values().forEach(of -> of.forEach(link -> {
            link.slowDown(0);
            link.set(Link.State.OPEN);
        }));
    }

    private List<Link> links(String machine) {
        List<Link> made = new ArrayList<>();
        for (int i = 0; i < etcd.size(); i++) {
            made.add(new Link(chance.of("link-" + machine + "-" + i), distance));
        }
        return made;
    }
}
