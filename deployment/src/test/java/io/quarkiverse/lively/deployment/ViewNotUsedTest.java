package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkus.test.QuarkusUnitTest;

/** An application that asks etcd itself has no thread and no watch for a view; the first call starts it. */
@ExtendWith(RealEtcd.class)
class ViewNotUsedTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClass(RealEtcd.class))
            .overrideConfigKey("quarkus.http.test-port", "0");

    @Inject
    LivenessRegistry registry;

    @Test
    void itStartsAtTheFirstCall() {
        await().until(() -> registry.registration().state() == RegistrationState.REGISTERED);
        assertEquals(0, viewThreads());
        List<LivenessEvent> events = new CopyOnWriteArrayList<>();
        registry.watch(ServiceQuery.all(), events::add);
        await().until(() -> events.size() == 2);
        assertEquals(1, viewThreads());
    }

    private static long viewThreads() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals("lively-view")).count();
    }
}
