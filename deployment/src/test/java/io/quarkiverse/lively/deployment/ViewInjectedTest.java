package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.Freshness;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.RegistrationState;
import io.quarkus.test.QuarkusUnitTest;

/** An application that injects the view has it from its start, before the first call. */
@ExtendWith(RealEtcd.class)
class ViewInjectedTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClass(RealEtcd.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideRuntimeConfigKey("quarkus.lively.service.uuid", "own");

    @Inject
    LivenessRegistry registry;

    @Inject
    Instance<LivenessView> view;

    @Test
    void itRunsBeforeItIsAsked() {
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("lively-view")));
        await().until(() -> registry.registration().state() == RegistrationState.REGISTERED);
        view.get().awaitRevision(registry.registration().record().revision()).await().indefinitely();
        assertTrue(view.get().isUp("own"));
        assertEquals(registry.find("own"), view.get().find("own"));
        assertEquals(Freshness.State.CURRENT, view.get().freshness().state());
    }
}
