package io.quarkiverse.lively.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * All that is done in one run. It follows from the seed, and can be made smaller: each act has a chance of its own.
 *
 * @param acts in the order of their times
 */
record Plan(long seed, Setup setup, List<Act> acts) {

    /** From then on there are no more acts. */
    static final Duration ACTS_END = Duration.ofMinutes(7);
    /** What is broken is mended then at the latest. */
    static final Duration HEALED = ACTS_END.plusSeconds(1);
    /** The processes are stopped then. */
    static final Duration STOP = Duration.ofMinutes(10);
    static final Duration END = STOP.plusSeconds(75);

    private static final int FEWEST = 20;
    private static final int MOST = 200;

    static Plan of(long seed) {
        RandomGenerator random = new Chance(seed).of("plan");
        Setup setup = Setup.of(random);
        Set<Act.Group> groups = EnumSet.of(Act.Group.PROCESSES);
        for (Act.Group group : Act.Group.values()) {
            if (random.nextInt(5) < (group == Act.Group.DISASTERS ? 1 : 3)) {
                groups.add(group);
            }
        }
        List<Act.Kind> lots = new ArrayList<>();
        for (Act.Kind kind : Act.Kind.values()) {
            if (groups.contains(kind.group())) {
                for (int i = 0; i < kind.weight(); i++) {
                    lots.add(kind);
                }
            }
        }
        List<Act> acts = new ArrayList<>();
        int number = 0;
        for (Setup.ProcessSetup process : setup.processes()) {
            // Most are there from the beginning.
            if (process.number() == 0 || random.nextInt(5) > 0) {
                acts.add(new Act(number++, Chance.between(random, 0, 5_000_000_000L), Act.Kind.START, process.number(),
                        Duration.ZERO));
            }
        }
        int count = FEWEST + random.nextInt(MOST - FEWEST - number);
        Focus focus = new Focus(random);
        while (number < count) {
            acts.add(new Act(number++, focus.time(), lots.get(random.nextInt(lots.size())), focus.target(),
                    duration(random, setup)));
        }
        acts.sort(Comparator.comparingLong(Act::time).thenComparingInt(Act::number));
        return new Plan(seed, setup, acts);
    }

    /** Often short, sometimes longer than a lease lives. */
    private static Duration duration(RandomGenerator random, Setup setup) {
        long most = switch (random.nextInt(4)) {
            case 0 -> 1_000;
            case 1 -> setup.ttl().toMillis();
            case 2 -> setup.ttl().toMillis() * 2;
            default -> 30_000;
        };
        return Duration.ofMillis(1 + random.nextLong(most));
    }

    Plan with(List<Act> other) {
        return new Plan(seed, setup, List.copyOf(other));
    }

    Plan with(Setup other) {
        return new Plan(seed, other, acts);
    }

    String describe() {
        StringBuilder text = new StringBuilder("etcd " + setup.version() + " of " + setup.members()
                + (setup.learner() ? " and a learner" : "") + (setup.users() ? ", with users" : "") + ", TTL "
                + setup.ttl().toSeconds() + " s, " + setup.processes().size() + " processes\n");
        setup.processes().forEach(process -> text.append("  ").append(process).append('\n'));
        acts.forEach(act -> text.append("  ").append(act).append('\n'));
        return text.toString();
    }

    /** Where and when the acts of a plan meet: in many plans most of them hit one service, or come in bursts. */
    private static final class Focus {

        private static final int NUMBERS = 256;
        private static final long LONGEST_PAUSE = 3_000_000_000L;

        private final RandomGenerator random;
        private final double hotShare;
        private final int hot;
        private final double burstShare;
        private long last;

        Focus(RandomGenerator random) {
            this.random = random;
            this.hotShare = random.nextInt(3) * 0.45;
            this.hot = random.nextInt(NUMBERS);
            this.burstShare = random.nextInt(3) * 0.4;
        }

        long time() {
            long latest = ACTS_END.toNanos();
            boolean follows = last > 0 && random.nextDouble() < burstShare;
            last = follows ? Math.min(latest - 1, last + (long) (LONGEST_PAUSE * Math.pow(random.nextDouble(), 4)))
                    : random.nextLong(1_000_000_000L, latest);
            return last;
        }

        /** The low part is of the service and its process, the high one of another process or a member. */
        int target() {
            return random.nextInt(NUMBERS) * NUMBERS + (random.nextDouble() < hotShare ? hot : random.nextInt(NUMBERS));
        }
    }
}
