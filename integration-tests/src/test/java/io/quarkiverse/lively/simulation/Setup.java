package io.quarkiverse.lively.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

import io.quarkiverse.lively.runtime.registration.OnConflict;
import io.quarkiverse.lively.runtime.store.KeyLayout;
import io.quarkiverse.lively.simulation.etcd.Version;

/**
 * The fleet and the etcd of one run.
 *
 * @param members of etcd that vote
 * @param learner whether there is another member, which does not
 * @param users whether the clients have a user and a password
 * @param ttl of the leases of the fleet
 * @param progressInterval of the views
 * @param suspectLimit of the views
 * @param eventBuffer of the subscribers
 * @param processes that the run has at most at a time
 */
record Setup(Version version, int members, boolean learner, boolean users, Duration ttl, Duration progressInterval,
        Duration suspectLimit, int eventBuffer,
        List<ProcessSetup> processes) {

    private static final int MOST_PROCESSES = 12;
    private static final int[] TTLS = { 2, 5, 5, 10, 10, 10, 20, 60 };

    /**
     * One place where a process runs, again and again.
     *
     * @param identity a number; processes with the same one are the same service
     * @param namesUuid whether it is configured with a uuid of its own, so that it is another service with the same names
     * @param registers whether the application registers itself; if not, it only reads and operates
     * @param skew of the wall clock of its machine
     */
    record ProcessSetup(int number, int identity, String type, boolean namesUuid, boolean registers, boolean ephemeral,
            boolean awaitsReadiness,
            OnConflict onConflict, Duration skew) {

        String name() {
            return "process-" + number;
        }

        String host() {
            return "host-" + identity;
        }

        String uuid(KeyLayout layout) {
            return namesUuid ? "uuid-of-" + name() : layout.uuidOf(type(), host());
        }

        String region() {
            return "region-" + identity % 2;
        }
    }

    static Setup of(RandomGenerator random) {
        int members = random.nextInt(5) < 2 ? 1 : 3;
        Version version = random.nextBoolean() ? Version.V3_4 : Version.V3_6;
        // So many services of one type that a view keeps them for a while if they are gone all at once.
        boolean isLarge = random.nextInt(10) == 0;
        int count = isLarge ? MOST_PROCESSES : 3 + random.nextInt(MOST_PROCESSES - 2);
        int identities = isLarge ? count : Math.max(2, count - random.nextInt(4));
        int types = isLarge ? 1 : 1 + random.nextInt(3);
        List<ProcessSetup> processes = new ArrayList<>();
        List<Boolean> ephemeral = new ArrayList<>();
        for (int i = 0; i < identities; i++) {
            ephemeral.add(random.nextInt(7) == 0);
        }
        for (int i = 0; i < count; i++) {
            int identity = i % identities;
            processes.add(new ProcessSetup(i, identity, "type-" + identity % types, random.nextInt(12) == 0,
                    i == 0 || random.nextInt(8) > 0, ephemeral.get(identity),
                    random.nextInt(3) == 0,
                    random.nextInt(4) > 0 ? OnConflict.TAKEOVER : random.nextBoolean() ? OnConflict.WAIT : OnConflict.FAIL,
                    Duration.ofMillis(random.nextInt(20_001) - 10_000)));
        }
        return new Setup(version, members, members > 1 && random.nextInt(5) == 0, random.nextInt(3) == 0,
                Duration.ofSeconds(TTLS[random.nextInt(TTLS.length)]),
                Duration.ofSeconds(random.nextBoolean() ? 5 : 10), Duration.ofSeconds(random.nextInt(3) * 30L),
                random.nextBoolean() ? 256 : 3, processes);
    }

    /** The one whose service the act is about. */
    ProcessSetup of(Act act) {
        return processes.get(act.service(processes.size()));
    }

    /** The same without the last process. */
    Setup withoutLastProcess() {
        return new Setup(version, members, learner, users, ttl, progressInterval, suspectLimit, eventBuffer,
                processes.subList(0, processes.size() - 1));
    }

    /** All members of etcd that a client may ask. */
    int endpoints() {
        return learner ? members + 1 : members;
    }
}
