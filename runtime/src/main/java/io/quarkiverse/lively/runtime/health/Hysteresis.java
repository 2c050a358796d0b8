package io.quarkiverse.lively.runtime.health;

import java.util.Optional;

/** A verdict that changes only when so many observations in a row contradict it. The first observation is the first verdict. */
final class Hysteresis {

    private final int upAfter;
    private final int downAfter;
    private Optional<Boolean> verdict = Optional.empty();
    private int contradictions;

    Hysteresis(int upAfter, int downAfter) {
        this.upAfter = upAfter;
        this.downAfter = downAfter;
    }

    /** @return the verdict from now on */
    boolean observed(boolean up) {
        boolean before = verdict.orElse(up);
        contradictions = before == up ? 0 : contradictions + 1;
        boolean changes = contradictions >= (up ? upAfter : downAfter);
        if (changes) {
            contradictions = 0;
        }
        verdict = Optional.of(changes ? up : before);
        return verdict.get();
    }

    /** What comes next is not in a row with what came before. */
    void interrupted() {
        contradictions = 0;
    }
}
