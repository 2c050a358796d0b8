package io.quarkiverse.lively.runtime.stork;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.Freshness;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.runtime.worker.FakePlatform;
import io.quarkiverse.lively.runtime.worker.FakeWorker;
import io.smallrye.mutiny.Uni;
import io.smallrye.stork.api.NoServiceInstanceFoundException;
import io.smallrye.stork.api.ServiceInstance;

/** How long a question waits for the first list of the view. */
class FirstListTest {

    private static final Duration PATIENCE = Duration.ofSeconds(8);

    private final FakeWorker worker = new FakeWorker();
    private final List<Runnable> pool = new ArrayList<>();
    private boolean poolIsFull;
    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final LivelyServiceDiscovery discovery = new LivelyServiceDiscovery(this::view,
            Offer.of("orders", new LivelyConfiguration()), PATIENCE,
            new FakePlatform(worker, this::execute));

    @Test
    void isAnsweredOnceTheViewIsReady() {
        CompletableFuture<List<ServiceInstance>> answer = ask();
        worker.pass(PATIENCE.minusNanos(1));
        assertFalse(answer.isDone());
        ready.complete(null);
        assertEquals(List.of(), answer.join());
    }

    @Test
    void failsAfterThePatienceOnAThreadThatMayBlock() {
        CompletableFuture<List<ServiceInstance>> answer = ask();
        worker.pass(PATIENCE);
        assertFalse(answer.isDone());
        pool.forEach(Runnable::run);
        assertUnknown(answer);
    }

    @Test
    void failsAlsoIfThePoolIsFull() {
        CompletableFuture<List<ServiceInstance>> answer = ask();
        poolIsFull = true;
        worker.pass(PATIENCE);
        assertUnknown(answer);
    }

    private CompletableFuture<List<ServiceInstance>> ask() {
        return discovery.getServiceInstances().subscribeAsCompletionStage();
    }

    private void execute(Runnable task) {
        if (poolIsFull) {
            throw new RejectedExecutionException();
        }
        pool.add(task);
    }

    private LivenessView view() {
        return (LivenessView) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { LivenessView.class },
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "freshness" -> new Freshness(Freshness.State.LOADING, 0, Optional.empty(), Optional.empty());
                    case "awaitReady" -> Uni.createFrom().completionStage(ready);
                    case "list" -> List.of();
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private static void assertUnknown(CompletableFuture<List<ServiceInstance>> answer) {
        assertTrue(answer.isDone());
        Throwable failure = assertThrows(CompletionException.class, answer::join).getCause();
        assertEquals(NoServiceInstanceFoundException.class, failure.getClass());
        assertTrue(failure.getMessage().contains("8000 ms"), failure.getMessage());
    }
}
