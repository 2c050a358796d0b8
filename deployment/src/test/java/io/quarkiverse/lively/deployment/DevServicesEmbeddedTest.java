package io.quarkiverse.lively.deployment;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import jakarta.inject.Inject;

import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import io.quarkiverse.lively.LivenessEvent;
import io.quarkiverse.lively.LivenessRegistry;
import io.quarkiverse.lively.LivenessView;
import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.ServiceQuery;
import io.quarkiverse.lively.test.Events;
import io.quarkus.test.QuarkusUnitTest;
import io.smallrye.mutiny.subscription.Cancellable;

/** Lively does on the embedded etcd what it does on any other. */
class DevServicesEmbeddedTest {

    @RegisterExtension
    static final QuarkusUnitTest APPLICATION = new QuarkusUnitTest()
            .withApplicationRoot(jar -> jar.addClass(EtcdChildren.class))
            .overrideConfigKey("quarkus.http.test-port", "0")
            .overrideConfigKey("quarkus.lively.devservices.provider", "embedded")
            .overrideRuntimeConfigKey("quarkus.lively.service.uuid", "own")
            .setAfterAllCustomizer(() -> await().until(() -> Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().startsWith("embedded-etcd"))));

    @Inject
    LivenessRegistry registry;

    @Inject
    LivenessView view;

    @ConfigProperty(name = "quarkus.lively.etcd.endpoints")
    String endpoint;

    @ConfigProperty(name = "quarkus.lively.registration.in-training")
    boolean inTraining;

    /** So an integration test that trains an AOT cache sees the application registered: this etcd is no etcd of production. */
    @Test
    void aTrainingRunMayRegister() {
        assertTrue(inTraining);
    }

    @Test
    void registersGoesDownAndUpAndTellsIt() {
        assertTrue(endpoint.startsWith("http://127.0.0.1:"), endpoint);
        assertEquals(List.of(), EtcdChildren.pids());
        await().until(() -> registry.registration().state() == RegistrationState.REGISTERED);
        view.awaitRevision(registry.registration().record().revision()).await().indefinitely();
        List<String> told = Collections.synchronizedList(new ArrayList<>());
        Cancellable watch = view.watch(ServiceQuery.ofUuids("own")).subscribe().with(event -> told.add(summary(event)));
        await().until(() -> told.contains("SNAPSHOT_END"));

        registry.down("own");
        assertFalse(registry.isUp("own"));
        await().until(() -> !view.isUp("own"));
        registry.up("own");
        await().until(() -> registry.isUp("own") && view.isUp("own"));

        await().until(() -> told.get(told.size() - 1).equals("CHANGED UP"));
        assertEquals(List.of("SNAPSHOT UP", "SNAPSHOT_END", "CHANGED DOWN"), told.subList(0, 3));
        watch.cancel();
    }

    private static String summary(LivenessEvent event) {
        return event.kind() + Events.current(event).map(record -> " " + record.status()).orElse("");
    }
}
