package io.quarkiverse.lively.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

import io.quarkiverse.lively.RegistrationChange;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.runtime.worker.Platform;
import io.quarkiverse.lively.runtime.worker.SystemPlatform;
import io.quarkiverse.lively.test.LogLines;

/** Whatever observers and their threads do, the next change is told. */
@Isolated
class RegistrationBroadcastTest {

    private final List<RegistrationState> told = new CopyOnWriteArrayList<>();
    private final Consumer<RegistrationChange> observer = change -> told.add(change.current());

    @Test
    void aPoolThatIsFullForAWhileTakesNoChangeAway() {
        FullForAWhile pool = new FullForAWhile();
        RegistrationBroadcast broadcast = new RegistrationBroadcast(on(pool));
        try (LogLines log = new LogLines()) {
            broadcast.begin(observer);
            change(broadcast, RegistrationState.REGISTERED);
            change(broadcast, RegistrationState.LOST);
            Awaitility.await().until(() -> pool.refusals >= 2);
            assertEquals(List.of(), told);
            assertEquals(1, log.with("quarkus.thread-pool.queue-size").size(), log.messages().toString());
        }
        pool.full = false;
        Awaitility.await().until(() -> told.size() == 2);
        change(broadcast, RegistrationState.FENCED);
        assertEquals(List.of(RegistrationState.REGISTERED, RegistrationState.LOST, RegistrationState.FENCED), told);
    }

    @Test
    void whatHappenedBeforeThereWereObserversIsToldThen() {
        RegistrationBroadcast broadcast = new RegistrationBroadcast(on(Runnable::run));
        change(broadcast, RegistrationState.REGISTERED);
        change(broadcast, RegistrationState.LOST);
        broadcast.begin(observer);
        assertEquals(List.of(RegistrationState.REGISTERED, RegistrationState.LOST), told);
    }

    @Test
    void anObserverThatFailsIsCountedAndToldOfTheNextChange() {
        RegistrationBroadcast broadcast = new RegistrationBroadcast(on(Runnable::run));
        broadcast.begin(change -> {
            observer.accept(change);
            throw new IllegalStateException("on purpose");
        });
        change(broadcast, RegistrationState.REGISTERED);
        change(broadcast, RegistrationState.LOST);
        assertEquals(2, told.size());
        assertEquals(2, broadcast.failures());
    }

    @Test
    void afterTheEndNobodyIsTold() {
        List<Runnable> pool = new ArrayList<>();
        RegistrationBroadcast broadcast = new RegistrationBroadcast(on(pool::add));
        broadcast.begin(observer);
        change(broadcast, RegistrationState.REGISTERED);
        broadcast.end();
        change(broadcast, RegistrationState.STOPPED);
        pool.forEach(Runnable::run);
        assertEquals(List.of(), told);
    }

    private static Platform on(Executor pool) {
        return new SystemPlatform() {
            @Override
            public Executor pool() {
                return pool;
            }
        };
    }

    private static void change(RegistrationBroadcast broadcast, RegistrationState state) {
        broadcast.accept(new RegistrationChange(null, true, RegistrationState.STARTING, state, "on purpose"));
    }

    private static final class FullForAWhile implements Executor {

        volatile boolean full = true;
        volatile int refusals;

        @Override
        public synchronized void execute(Runnable task) {
            if (full) {
                refusals++;
                throw new RejectedExecutionException("full");
            }
            task.run();
        }
    }
}
