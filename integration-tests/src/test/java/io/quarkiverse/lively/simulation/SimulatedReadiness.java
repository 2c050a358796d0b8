package io.quarkiverse.lively.simulation;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.quarkiverse.lively.runtime.health.ReadinessChecks;

/** The readiness checks of an application: one check, which answers a moment later. */
final class SimulatedReadiness implements ReadinessChecks {

    private static final Duration DELAY = Duration.ofMillis(5);

    private final SimulatedProcess process;
    private boolean ready = true;
    private Runnable hint = () -> {
    };

    SimulatedReadiness(SimulatedProcess process) {
        this.process = process;
    }

    void change() {
        ready = !ready;
        hint.run();
    }

    boolean isReady() {
        return ready;
    }

    @Override
    public CompletableFuture<Set<String>> down() {
        CompletableFuture<Set<String>> answer = new CompletableFuture<>();
        Set<String> down = ready ? Set.of() : Set.of("check");
        process.after(DELAY, () -> answer.complete(down));
        return answer;
    }

    @Override
    public void onChange(Runnable listener) {
        hint = listener;
    }
}
