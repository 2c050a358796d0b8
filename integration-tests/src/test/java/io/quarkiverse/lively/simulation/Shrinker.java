package io.quarkiverse.lively.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Makes a plan that fails smaller, as long as the same promise is broken. */
final class Shrinker {

    private final String check;
    private final long until;
    private final Function<Plan, World.Outcome> runner;
    private Plan smallest;

    /**
     * @param limit how long to try, by the real clock
     * @param runner runs a plan
     */
    Shrinker(World.Outcome failed, Duration limit, Function<Plan, World.Outcome> runner) {
        this.runner = runner;
        this.smallest = failed.plan();
        this.check = failed.violation().orElseThrow().check();
        this.until = System.nanoTime() + limit.toNanos();
    }

    Plan shrink() {
        boolean smaller = true;
        while (smaller && !isLate()) {
            smaller = withoutActs() | withoutProcesses() | withShorterActs();
        }
        return smallest;
    }

    /** Leaves out runs of acts, long ones first. */
    private boolean withoutActs() {
        boolean smaller = false;
        for (int size = smallest.acts().size() / 2; size >= 1; size /= 2) {
            for (int from = 0; from + size <= smallest.acts().size() && !isLate();) {
                List<Act> fewer = new ArrayList<>(smallest.acts());
                fewer.subList(from, from + size).clear();
                if (stillFails(smallest.with(fewer))) {
                    smaller = true;
                } else {
                    from += size;
                }
            }
        }
        return smaller;
    }

    private boolean withoutProcesses() {
        boolean smaller = false;
        while (smallest.setup().processes().size() > 1 && !isLate()
                && stillFails(smallest.with(smallest.setup().withoutLastProcess()))) {
            smaller = true;
        }
        return smaller;
    }

    private boolean withShorterActs() {
        boolean smaller = false;
        for (int i = 0; i < smallest.acts().size() && !isLate(); i++) {
            Act act = smallest.acts().get(i);
            if (act.duration().toMillis() > 100) {
                List<Act> shorter = new ArrayList<>(smallest.acts());
                shorter.set(i, new Act(act.number(), act.time(), act.kind(), act.target(), act.duration().dividedBy(2)));
                smaller |= stillFails(smallest.with(shorter));
            }
        }
        return smaller;
    }

    private boolean stillFails(Plan candidate) {
        Optional<World.Violation> violation = runner.apply(candidate).violation();
        boolean fails = violation.filter(found -> found.check().equals(check)).isPresent();
        if (fails) {
            smallest = candidate;
        }
        return fails;
    }

    private boolean isLate() {
        return System.nanoTime() - until > 0;
    }
}
