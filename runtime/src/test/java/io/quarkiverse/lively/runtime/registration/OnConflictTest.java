package io.quarkiverse.lively.runtime.registration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.Test;

import io.quarkiverse.lively.RegistrationState;
import io.quarkiverse.lively.runtime.worker.MortalWorker;

/** What a process does that finds another one registered as the same service, before it was ever registered itself. */
class OnConflictTest {

    private final Scene scene = Scene.registered();

    @Test
    void itWaitsAndRegistersOnceTheOtherOneIsGone() {
        Registrar waiting = other(OnConflict.WAIT, 8081);
        scene.etcd.forgetWritten();
        scene.seconds(60);
        assertEquals(RegistrationState.STARTING, waiting.own().state());
        assertTrue(waiting.own().reason().startsWith("WAITING_FOR the process at 127.0.0.1:8080"), waiting.own().reason());
        assertEquals(List.of(), List.copyOf(scene.etcd.written()), "neither writes anything");
        assertEquals(RegistrationState.REGISTERED, scene.state());

        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertEquals(RegistrationState.REGISTERED, waiting.own().state(), "at once");
        assertTrue(scene.isUp());
    }

    @Test
    void itWaitsUntilTheOtherOneHasExpired() {
        Scene fresh = new Scene();
        MortalWorker mortal = new MortalWorker(fresh.worker);
        fresh.start(fresh.process(Scene.ID, mortal));
        Registrar waiting = fresh.process(Scene.ID, fresh.worker, OnConflict.WAIT);
        waiting.start();
        fresh.serve(waiting, 8081);
        mortal.die();
        fresh.seconds(5);
        assertEquals(RegistrationState.STARTING, waiting.own().state());
        fresh.seconds(2);
        assertEquals(RegistrationState.REGISTERED, waiting.own().state());
    }

    @Test
    void itNeverRegisters() {
        Registrar failing = other(OnConflict.FAIL, 8081);
        assertEquals(RegistrationState.STOPPED, failing.own().state());
        assertTrue(failing.own().reason().contains("127.0.0.1:8080"), failing.own().reason());
        assertTrue(failing.own().reason().contains("quarkus.lively.service.host"), failing.own().reason());
        assertTrue(failing.registered().isCompletedExceptionally());
        scene.etcd.forgetWritten();
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        scene.etcd.forgetWritten();
        scene.seconds(60);
        assertTrue(scene.etcd.written().isEmpty());
        failing.stop(Scene.STOP_TIMEOUT);
        assertTrue(scene.etcd.written().isEmpty());
    }

    @Test
    void whoListensWhereTheOtherOneDidTakesOverInAnyCase() {
        for (OnConflict onConflict : OnConflict.values()) {
            Registrar restarted = other(Scene.registered(), onConflict, 8080);
            assertEquals(RegistrationState.REGISTERED, restarted.own().state(), onConflict.name());
        }
    }

    @Test
    void itCountsAtTheFirstClaimOnly() {
        Scene fresh = new Scene(OnConflict.WAIT, false, false);
        fresh.start(fresh.registrar);
        fresh.start(fresh.process(Scene.ID));
        assertEquals(RegistrationState.FENCED, fresh.state());
    }

    @Test
    void aServiceThatNobodyOwnsIsNoConflict() {
        scene.registrar.stop(Scene.STOP_TIMEOUT);
        assertEquals(RegistrationState.REGISTERED, other(OnConflict.FAIL, 8081).own().state());
    }

    private Registrar other(OnConflict onConflict, int port) {
        return other(scene, onConflict, port);
    }

    private static Registrar other(Scene scene, OnConflict onConflict, int port) {
        Registrar other = scene.process(Scene.ID, scene.worker, onConflict);
        other.start();
        scene.serve(other, port);
        return other;
    }
}
