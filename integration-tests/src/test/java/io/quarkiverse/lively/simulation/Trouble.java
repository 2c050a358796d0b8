package io.quarkiverse.lively.simulation;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Until when something is broken, and so since when nothing is. Most bounds count from the end of all trouble. All times are
 * true times in nanoseconds since the start of the run; a time in the future means that something is still broken.
 */
final class Trouble {

    private final Scheduler scheduler;
    private final Map<String, Long> machines = new HashMap<>();
    private final Map<String, Long> links = new HashMap<>();
    private final Map<String, Long> clocks = new HashMap<>();
    private long etcd;
    private long frozen;
    private long isolated;

    Trouble(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** Something of etcd is broken for that time: a member, the network between members, or what etcd takes. */
    void ofEtcd(Duration time) {
        etcd = Math.max(etcd, until(time));
    }

    /** A member answers nothing for that time, and then what it was asked meanwhile. */
    void ofFrozenMember(Duration time) {
        ofEtcd(time);
        frozen = Math.max(frozen, until(time));
    }

    /** Members do not reach each other for that time: a leader among them may not know at once that it leads no more. */
    void ofIsolatedMembers(Duration time) {
        ofEtcd(time);
        isolated = Math.max(isolated, until(time));
    }

    /** A process there is stopped for that time. */
    void ofProcess(Machine machine, Duration time) {
        machines.merge(machine.name(), until(time), Math::max);
    }

    /** Links of a machine to etcd are broken, or slow, for that time. */
    void ofLinks(Machine machine, Duration time) {
        links.merge(machine.name(), until(time), Math::max);
    }

    /** Its wall clock jumps. */
    void ofClock(Machine machine) {
        clocks.put(machine.name(), scheduler.now());
    }

    /** Since when all members have run, and take what clients send. They may need a moment more to elect a leader. */
    long etcdQuietSince() {
        return etcd;
    }

    /** Since when no member has been frozen; 0 if none ever was. */
    long thawedSince() {
        return frozen;
    }

    /** Since when all members have reached each other; 0 if they always did. */
    long connectedSince() {
        return isolated;
    }

    /** Since when all members and all links of a machine have been whole, and no process there was paused. */
    long quietSince(Machine machine) {
        return Math.max(Math.max(etcd, linkQuietSince(machine)), processQuietSince(machine));
    }

    /** Since when no process of a machine has been paused. */
    long processQuietSince(Machine machine) {
        return machines.getOrDefault(machine.name(), 0L);
    }

    /** Since when all links of a machine have been whole. */
    long linkQuietSince(Machine machine) {
        return links.getOrDefault(machine.name(), 0L);
    }

    /** The last jump of the wall clock. */
    long clockQuietSince(Machine machine) {
        return clocks.getOrDefault(machine.name(), 0L);
    }

    boolean quietFor(Machine machine, long nanos) {
        return scheduler.now() - quietSince(machine) >= nanos;
    }

    /** All that lasts is mended when the acts are over. */
    private long until(Duration time) {
        return Math.max(scheduler.now(), Math.min(scheduler.now() + time.toNanos(), Plan.HEALED.toNanos()));
    }
}
