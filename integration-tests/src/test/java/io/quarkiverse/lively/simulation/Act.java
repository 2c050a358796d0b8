package io.quarkiverse.lively.simulation;

import java.time.Duration;

/**
 * Something that is done to the fleet, to etcd or to the network.
 *
 * @param number of the act in its plan: its own chance follows from it
 * @param time at which it begins, in nanoseconds since the start of the run
 * @param target a number, of which the act makes a service and its process, another process, or a member
 * @param duration of what it does, if that ends by itself
 */
record Act(int number, long time, Kind kind, int target, Duration duration) {

    /** The group an act belongs to. A plan uses some of the groups only. */
    enum Group {
        PROCESSES,
        CRASHES,
        PAUSES,
        CLOCKS,
        FURTHER,
        WORDS,
        METADATA,
        FAILURES,
        OPERATORS,
        READERS,
        OS_LIVELY,
        SUBSCRIBERS,
        MEMBERS,
        ETCD,
        DISASTERS,
        CUTS,
        SILENCE
    }

    /** Each says in a few words what it does. */
    enum Kind {
        START(Group.PROCESSES, 6),
        STOP(Group.PROCESSES, 3),
        RESTART(Group.PROCESSES, 3),
        RELOAD(Group.PROCESSES, 3),
        CRASH(Group.CRASHES, 4),
        CRASH_AND_START(Group.CRASHES, 4),
        PAUSE(Group.PAUSES, 4),
        SUSPEND(Group.PAUSES, 2),
        SET_CLOCK(Group.CLOCKS, 3),
        REGISTER_FURTHER(Group.FURTHER, 4),
        REGISTER_MANY(Group.FURTHER, 1),
        CLOSE_FURTHER(Group.FURTHER, 2),
        ABANDON_FURTHER(Group.FURTHER, 1),
        APPLICATION_DOWN(Group.WORDS, 3),
        APPLICATION_UP(Group.WORDS, 3),
        READINESS(Group.WORDS, 4),
        UPDATE_METADATA(Group.METADATA, 8),
        OBSERVER_FAILS(Group.FAILURES, 4),
        OPERATOR_DOWN(Group.OPERATORS, 5),
        OPERATOR_DOWN_UNTIL(Group.OPERATORS, 3),
        OPERATOR_PLAN(Group.OPERATORS, 3),
        OPERATOR_UP(Group.OPERATORS, 6),
        OPERATOR_DELETE(Group.OPERATORS, 2),
        OPERATOR_UPDATE(Group.OPERATORS, 3),
        READ(Group.READERS, 12),
        OS_LIVELY(Group.OS_LIVELY, 8),
        STEAL_NAME(Group.OS_LIVELY, 2),
        SUBSCRIBE(Group.SUBSCRIBERS, 4),
        SUBSCRIBE_SLOWLY(Group.SUBSCRIBERS, 3),
        CANCEL(Group.SUBSCRIBERS, 2),
        AWAIT_REVISION(Group.SUBSCRIBERS, 3),
        KILL_MEMBER(Group.MEMBERS, 4),
        FREEZE_MEMBER(Group.MEMBERS, 3),
        ISOLATE_MEMBERS(Group.MEMBERS, 3),
        LAG_MEMBER(Group.MEMBERS, 2),
        DELAY_WATCHES(Group.MEMBERS, 3),
        CHANGE_LEADER(Group.MEMBERS, 3),
        PROMOTE_LEARNER(Group.MEMBERS, 1),
        COMPACT(Group.ETCD, 4),
        NO_SPACE(Group.ETCD, 2),
        USERS(Group.ETCD, 1),
        EXPIRE_TOKENS(Group.ETCD, 2),
        DENY(Group.ETCD, 1),
        TOO_MANY_REQUESTS(Group.ETCD, 1),
        WIPE(Group.DISASTERS, 1),
        RESTORE(Group.DISASTERS, 1),
        RESET_CONNECTIONS(Group.CUTS, 6),
        CUT(Group.CUTS, 4),
        SLOW_DOWN(Group.CUTS, 3),
        SILENCE_BOTH(Group.SILENCE, 4),
        SILENCE_TO_MEMBER(Group.SILENCE, 3),
        SILENCE_TO_PROCESS(Group.SILENCE, 3);

        private final Group group;
        private final int weight;

        Kind(Group group, int weight) {
            this.group = group;
            this.weight = weight;
        }

        Group group() {
            return group;
        }

        int weight() {
            return weight;
        }
    }

    String name() {
        return "act-" + number;
    }

    /** The place or the service that the act is about, of so many. */
    int service(int count) {
        return (target & 0xFF) % count;
    }

    /** The place that does it, or the member, of so many. */
    int other(int count) {
        return (target >> 8) % count;
    }

    @Override
    public String toString() {
        return String.format("%-8s at %8.3f s: %s, target %d, for %d ms", name(), time / 1e9, kind, target,
                duration.toMillis());
    }
}
